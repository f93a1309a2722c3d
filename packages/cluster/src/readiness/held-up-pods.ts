import type { Cluster } from '../api/cluster.js';
import { list, read } from '../api/objects.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { podSelector, podsWaitedFor } from './workload-pods.js';

/**
 * Reads the pods of former revisions that a StatefulSet waits for before it starts the present revision. It never
 * replaces such a pod by itself if the pod does not get ready.
 *
 * @returns undefined while its controller has not seen the present spec
 * @throws ApiError
 */
export async function heldUpPods(
  cluster: Cluster,
  ref: Ref,
  { signal }: { signal?: AbortSignal } = {},
): Promise<KubeObject[] | undefined> {
  const workload = await read(cluster, ref, { signal });
  const labelSelector = workload && podSelector(workload);
  if (!workload || labelSelector === undefined) return [];
  const { generation, namespace } = workload.metadata;
  if (workload['status']?.observedGeneration !== generation) return undefined;
  return podsWaitedFor(
    workload,
    await list(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector, signal }),
  );
}
