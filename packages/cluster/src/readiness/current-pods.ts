import type { Cluster } from '../api/cluster.js';
import { list, read } from '../api/objects.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { podSelector, podsOfRevision } from './workload-pods.js';

/**
 * Reads the pods of a workload's present spec; none while its controller has not seen that spec.
 *
 * @throws ApiError
 */
export async function currentPods(
  cluster: Cluster,
  ref: Ref,
  { signal }: { signal?: AbortSignal } = {},
): Promise<KubeObject[]> {
  const workload = await read(cluster, ref, { signal });
  const labelSelector = workload && podSelector(workload);
  if (!workload || labelSelector === undefined) return [];
  const { generation, namespace } = workload.metadata;
  if (workload.status?.observedGeneration !== generation) return [];
  const [pods, replicaSets] = await Promise.all([
    list(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector, signal }),
    workload.kind === 'Deployment'
      ? list(cluster, { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, labelSelector, signal })
      : [],
  ]);
  return podsOfRevision(workload, pods, replicaSets);
}
