import { readdirSync } from 'node:fs';
import type { Layout } from '../config/layout.js';
import { identify, readProcFile, type ProcessIdentity } from './process-identity.js';

/**
 * Environment variable of every component. Child processes (containerd's shims) inherit it. They can therefore be found
 * without a record, or after containerd was killed.
 */
export const OWNER_VARIABLE = 'NX_KUBE_LOCAL_CLUSTER_COMPONENT_OF';

/** Returns all processes of this cluster's components and their descendants. */
export function strayProcesses(layout: Layout): ProcessIdentity[] {
  const mark = `${OWNER_VARIABLE}=${layout.home}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => readProcFile(`/proc/${pid}/environ`)?.split('\0').includes(mark))
    .map((pid) => identify(Number(pid)))
    .filter((identity) => identity !== undefined);
}
