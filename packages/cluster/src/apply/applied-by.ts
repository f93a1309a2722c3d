import type { ManagedFieldsEntry } from '../object/kube-object.js';

/** Returns a test for the entry of managed fields that a manager has by server-side apply. Pure. */
export function isAppliedBy(fieldManager: string): (entry: ManagedFieldsEntry) => boolean {
  return ({ manager, operation, subresource }) => manager === fieldManager && operation === 'Apply' && !subresource;
}
