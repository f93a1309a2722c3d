import type { Layout } from '../config/layout.js';
import type { Machine } from '../config/machine.js';
import { runProgram } from '../processes/run-program.js';

/** Runs `ctr images` on what the kubelet has of them in containerd, and returns what it prints. */
export function containerdImages(layout: Layout, args: string[], signal?: AbortSignal): Promise<string> {
  const address = ['--address', layout.containerdSocket, '--namespace', 'k8s.io'];
  return runProgram('ctr', [...address, 'images', ...args], signal && { signal });
}

/** Puts an image into containerd. @param archive path of an OCI archive that names it */
export async function importImage(
  layout: Layout,
  { snapshotter }: Pick<Machine, 'snapshotter'>,
  archive: string,
  signal?: AbortSignal,
): Promise<void> {
  await containerdImages(layout, ['import', '--snapshotter', snapshotter, archive], signal);
}
