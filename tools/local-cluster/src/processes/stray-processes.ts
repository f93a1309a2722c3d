import { readdirSync } from 'node:fs';
import type { Layout } from '../config/layout.js';
import { identify, readProcFile, type ProcessIdentity } from './process-identity.js';

/**
 * Set in the environment of every component, and inherited by what it starts (containerd's shims): so that they are found
 * even when no record of them was written, or containerd was killed before them.
 */
export const OWNER_VARIABLE = 'NX_KUBE_LOCAL_CLUSTER_COMPONENT_OF';

/** Every process that this cluster's components are, or have left behind. */
export function strayProcesses(layout: Layout): ProcessIdentity[] {
  const mark = `${OWNER_VARIABLE}=${layout.home}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => readProcFile(`/proc/${pid}/environ`)?.split('\0').includes(mark))
    .map((pid) => identify(Number(pid)))
    .filter((identity) => identity !== undefined);
}
