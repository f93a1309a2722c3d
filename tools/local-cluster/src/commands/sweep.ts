import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { POD_NETWORK } from '../config/containerd.js';
import type { Layout } from '../config/layout.js';
import { containerProcesses, removeControlGroups } from '../host/control-groups.js';
import { mountsBelow, unmountBelow } from '../host/mounts.js';
import { removeNetwork } from '../host/network.js';
import { stopProcesses } from '../processes/stop-processes.js';
import { strayProcesses } from '../processes/stray-processes.js';

/** Paths outside of the state folder that programs have hard-coded. */
const SHIM_SOCKETS = /^unix:\/\/(\/run\/containerd\/s\/[0-9a-f]+)$/;
const NETWORK_RESULTS = '/var/lib/cni/results';
const LOG_LINKS = '/var/log/containers';

/** Removes everything that runs or is mounted, in any state of the cluster. It needs no running component. */
export async function sweep(layout: Layout, signal: AbortSignal): Promise<void> {
  // Twice, because a process may have been starting during the first pass.
  for (const processes of [strayProcesses, strayProcesses]) {
    const left = await stopProcesses([...processes(layout), ...containerProcesses()], 0);
    if (left.length > 0) {
      throw new NxKubeError('cluster', `Processes ${left.map(({ pid }) => pid).join(', ')} cannot be killed.`, {
        next: 'They wait for a device or file system. Inspect them with `ps -o pid,stat,wchan,args` and try again.',
      });
    }
  }
  const sandboxes = removeShimSockets(layout);
  await unmountBelow(layout.home, signal);
  await removeControlGroups();
  await removeNetwork(signal);
  removeEntries(
    NETWORK_RESULTS,
    (name) => name.startsWith(`${POD_NETWORK}-`) || sandboxes.some((id) => name === `cni-loopback-${id}-lo`),
  );
  removeEntries(LOG_LINKS, (name) => linkTarget(join(LOG_LINKS, name))?.startsWith(`${layout.data}/`) ?? false);
  removeFolder(layout, layout.run);
}

/**
 * Removes a folder of the cluster. It throws if something is still mounted in it, because that could be anyone's data.
 */
export function removeFolder(layout: Layout, folder: string): void {
  const mounts = mountsBelow(folder);
  if (mounts.length > 0) {
    throw new NxKubeError('cluster', `${folder} cannot be removed: ${mounts[0]} is still mounted.`, {
      next: `Unmount it (\`umount ${mounts[0]}\`) and try again.`,
    });
  }
  if (!folder.startsWith(`${layout.home}/`)) throw new NxKubeError('bug', `${folder} is not in ${layout.home}.`);
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Removes the sockets of killed shims, which their bundles name. Returns the ids of all containers, pod sandboxes
 * included.
 */
function removeShimSockets(layout: Layout): string[] {
  const bundles = join(layout.run, 'containerd', 'io.containerd.runtime.v2.task', 'k8s.io');
  const ids = entries(bundles);
  for (const name of ids) {
    try {
      const socket = SHIM_SOCKETS.exec(readFileSync(join(bundles, name, 'address'), 'utf8').trim())?.[1];
      if (socket) rmSync(socket, { force: true });
    } catch {
      // The shim ended before it wrote its address.
    }
  }
  return ids;
}

function removeEntries(folder: string, isOurs: (name: string) => boolean): void {
  for (const name of entries(folder).filter(isOurs)) rmSync(join(folder, name), { force: true });
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
