import type { Layout } from '../config/layout.js';
import type { Machine } from '../config/machine.js';
import { runProgram } from '../processes/run-program.js';

/** Runs `ctr images` on the kubelet's images in containerd and returns the output. */
export function containerdImages(layout: Layout, args: string[], signal?: AbortSignal): Promise<string> {
  const address = ['--address', layout.containerdSocket, '--namespace', 'k8s.io'];
  return runProgram('ctr', [...address, 'images', ...args], signal && { signal });
}

/** Imports an image into containerd. @param archive path of an OCI archive that names the image */
export async function importImage(
  layout: Layout,
  { snapshotter }: Pick<Machine, 'snapshotter'>,
  archive: string,
  signal?: AbortSignal,
): Promise<void> {
  await containerdImages(layout, ['import', '--snapshotter', snapshotter, archive], signal);
}
