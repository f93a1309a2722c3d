import { removeSet, type Cluster, type RemoveSetOptions, type RemoveSetResult } from '@nx-kube/cluster';
import { secretsSetOf, usualTarget } from './apply-set-names.js';
import { setOf } from './deploy-options.js';

/**
 * Removes what a project has in the cluster: its objects, then the Secrets that they used.
 *
 * @param options.secretsTargets names of the project's targets that make Secrets; those of a target of the usual name
 *   go also where
 * there is none any more
 * @throws NxKubeError that names each object that does not go away and the finalizers that hold it
 */
export async function tearDown(
  cluster: Cluster,
  project: string,
  { secretsTargets, ...options }: RemoveSetOptions & { secretsTargets: readonly string[] },
): Promise<RemoveSetResult> {
  const targets = new Set([usualTarget, ...secretsTargets]);
  const sets = [setOf(project, cluster), ...[...targets].map((target) => secretsSetOf(project, target, cluster))];
  const results: RemoveSetResult[] = [];
  for (const set of sets) results.push(await removeSet(cluster, set, options));
  return {
    removed: results.flatMap(({ removed }) => removed),
    kept: results.flatMap(({ kept }) => kept),
    foreign: results.flatMap(({ foreign }) => foreign),
  };
}
