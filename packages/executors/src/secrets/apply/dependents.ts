import { ApiError, list, retry, subject, type Change, type Cluster, type KubeObject } from '@nx-kube/cluster';
import type { Dependent, Dependents } from '../../events/events.js';
import { secretUses } from './secret-uses.js';

const kinds = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['apps/v1', 'ReplicaSet'],
  ['batch/v1', 'CronJob'],
  ['batch/v1', 'Job'],
  ['v1', 'Pod'],
  ['v1', 'ServiceAccount'],
] as const;

/**
 * Finds the users of changed, recreated and pruned Secrets: workloads, ServiceAccounts, and pods without a controller.
 *
 * @returns the users, and the kinds that this user may not list
 */
export async function dependentsOf(
  cluster: Cluster,
  changes: readonly Change[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Dependents> {
  const changed = changes.filter(
    ({ action, ref }) => ref.kind === 'Secret' && !['created', 'unchanged'].includes(action),
  );
  const dependents: Dependent[] = [];
  const unseen = new Set<string>();
  for (const namespace of new Set(changed.map(({ ref }) => ref.namespace))) {
    const objects = await Promise.all(
      kinds.map(async ([apiVersion, kind]) => {
        try {
          return await retry(() => list(cluster, { apiVersion, kind, namespace, signal }), { signal });
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 403) throw error;
          unseen.add(kind);
          return [];
        }
      }),
    );
    const here = changed.filter(({ ref }) => ref.namespace === namespace);
    for (const object of objects.flat().filter(hasNoController)) {
      for (const { ref, subject: secret } of here) {
        const uses = secretUses(object, ref.name);
        if (uses.length > 0) dependents.push({ secret, subject: subject(object), uses });
      }
    }
  }
  return { dependents, unseen: [...unseen] };
}

/** Keeps a Deployment and drops its ReplicaSets and pods. */
function hasNoController({ metadata }: KubeObject): boolean {
  return !metadata.ownerReferences?.some(({ controller }) => controller);
}
