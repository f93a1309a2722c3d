import { refOf, waitReady, type Cluster, type KubeObject, type WaitReadyOptions } from '@nx-kube/cluster';
import { namingAdditions } from '../workload/agent-volume.js';

/**
 * Waits until applied objects are ready.
 *
 * @throws NxKubeError that says why they are not; where pods are refused, it names what nx-kube adds to them
 */
export async function waitDeployed(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: WaitReadyOptions,
): Promise<void> {
  try {
    await waitReady(cluster, objects.map(refOf), options);
  } catch (error) {
    throw namingAdditions(error, objects);
  }
}
