import { isNotFound, isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { read } from '../api/objects.js';
import { retry } from '../api/retry.js';
import type { KubeObject } from '../object/kube-object.js';
import type { ObjectStatus } from './status.js';

/** Status of a claim that is bound only when a pod uses it. The pod's own status shows whether that succeeds. */
export const boundLater: ObjectStatus = { status: 'Current', message: 'it is bound when its first pod is scheduled' };

/** Reasons of events that say that a claim waits for a pod. */
export const lateReasons: readonly string[] = ['WaitForFirstConsumer', 'WaitForPodScheduled'];

export function isOpenClaim(object: KubeObject | undefined): object is KubeObject {
  if (object?.kind !== 'PersistentVolumeClaim' || object.apiVersion !== 'v1') return false;
  return !object.metadata.deletionTimestamp && ['Pending', undefined].includes(object.status?.phase as string);
}

/**
 * Whether the StorageClass of a claim binds it only when a pod uses it.
 *
 * @returns false also where the user may not read StorageClasses
 */
export async function bindsLate(cluster: Cluster, claim: KubeObject, signal?: AbortSignal): Promise<boolean> {
  const name = claim.spec?.storageClassName as string | undefined;
  if (!name) return false;
  const ref = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', name };
  try {
    const storageClass = await retry(() => read(cluster, ref, { signal }), { signal });
    return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return false;
    throw error;
  }
}
