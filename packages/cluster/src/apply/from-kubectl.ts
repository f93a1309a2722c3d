import type { KubeObject, ManagedFieldsEntry } from '../object/kube-object.js';
import { isAppliedBy } from './applied-by.js';

/**
 * Managers under which kubectl applies manifests. Flux and `kubectl apply --server-side` take their fields over in the
 * same way. Other commands of kubectl (`create`, `replace`, `scale`, `edit`, `patch`, `set`) have other managers: what
 * they made stays theirs.
 */
const kubectlManagers: Readonly<Record<string, ManagedFieldsEntry['operation']>> = {
  'kubectl-client-side-apply': 'Update',
  'before-first-apply': 'Update',
  kubectl: 'Apply',
};

export interface TakenOver {
  managedFields: ManagedFieldsEntry[];
  /** The managers whose fields `fieldManager` has now. */
  managers: string[];
}

/**
 * The managed fields of an object after `fieldManager` has taken over what kubectl applied. Without this, a field that
 * the manifest leaves out stays with kubectl, and a field that it changes is a conflict. Pure.
 *
 * @returns undefined where kubectl manages nothing
 */
export function fieldsFromKubectl(live: KubeObject, fieldManager: string): TakenOver | undefined {
  const entries = live.metadata.managedFields ?? [];
  const theirs = entries.filter(
    ({ manager = '', operation, subresource }) => !subresource && operation && kubectlManagers[manager] === operation,
  );
  if (!theirs.length) return undefined;
  const isOurs = isAppliedBy(fieldManager);
  const ours = entries.find(isOurs);
  const start: ManagedFieldsEntry = ours ?? { ...theirs[0]!, manager: fieldManager, operation: 'Apply' };
  // Paths of another version of the kind may name other fields: those are given up, as kubectl does.
  const comparable = theirs.filter(({ apiVersion }) => apiVersion === start.apiVersion);
  const fieldsV1 = comparable.reduce((fields, entry) => union(fields, entry.fieldsV1 ?? {}), start.fieldsV1 ?? {});
  return {
    managedFields: [...entries.filter((entry) => !theirs.includes(entry) && !isOurs(entry)), { ...start, fieldsV1 }],
    managers: [...new Set(theirs.map(({ manager }) => manager!))],
  };
}

/** Joins two sets of managed fields. Pure. */
export function union(a: Record<string, unknown>, b: Record<string, unknown>): Record<string, unknown> {
  const both = { ...a };
  for (const [key, below] of Object.entries(b)) {
    both[key] = key in a ? union(a[key] as Record<string, unknown>, below as Record<string, unknown>) : below;
  }
  return both;
}
