import type { ApplySetRef, Cluster } from '@nx-kube/cluster';
import { setOf } from '../delivery/deploy-options.js';

/**
 * The set that owns the Secrets that a project's `secrets` target made. A dot sets its name apart: with a hyphen, it would be the
 * set of a project called `<project>-secrets`, and the two would prune each other.
 */
export function secretsSetOf(project: string, cluster: Cluster): ApplySetRef {
  const { name, namespace } = setOf(project, cluster);
  return { name: `${name}.secrets`, namespace };
}
