import { removeSet, type Cluster, type RemoveSetOptions, type RemoveSetResult } from '@nx-kube/cluster';
import { secretsSetOf } from '../secrets/secrets-set.js';
import { setOf } from './deploy-options.js';

/**
 * Removes what a project has in the cluster: its objects, then the Secrets that they used.
 *
 * @throws NxKubeError that names each object that does not go away and the finalizers that hold it
 */
export async function tearDown(cluster: Cluster, project: string, options: RemoveSetOptions): Promise<RemoveSetResult> {
  const objects = await removeSet(cluster, setOf(project, cluster), options);
  const secrets = await removeSet(cluster, secretsSetOf(project, cluster), options);
  return {
    removed: [...objects.removed, ...secrets.removed],
    kept: [...objects.kept, ...secrets.kept],
    foreign: [...objects.foreign, ...secrets.foreign],
  };
}
