import { isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { list } from '../api/objects.js';
import { groupKind } from '../api/paths.js';
import { retry } from '../api/retry.js';
import type { KubeObject } from '../object/kube-object.js';
import type { Member } from './members.js';

/** Kinds that a pod needs when it, or one of its containers, starts again. */
const startKinds = ['ConfigMap', 'Secret', 'ServiceAccount', 'PersistentVolumeClaim'] as const;
type StartKind = (typeof startKinds)[number];

/** Whether pods may need an object of this kind to start. */
export function mayBeNeeded({ ref }: Pick<Member, 'ref'>): boolean {
  return (startKinds as readonly string[]).includes(groupKind(ref));
}

/**
 * Selects the members that live pods use: a ConfigMap with a hash in its name is still needed by the pods that a
 * rollout has not replaced yet. Without the right to list pods, none counts as used.
 */
export async function membersInUse(
  cluster: Cluster,
  members: readonly Member[],
  signal?: AbortSignal,
): Promise<Member[]> {
  const candidates = members.filter(mayBeNeeded);
  const namespaces = [...new Set(candidates.map(({ ref }) => ref.namespace!))];
  const used = await mapConcurrently(namespaces, 8, async (namespace) => {
    const pods = await podsIn(cluster, namespace, signal);
    return pods.filter(isLive).flatMap((pod) => [...podNeeds(pod)].map((name) => `${namespace}/${name}`));
  });
  const names = new Set(used.flat());
  return candidates.filter(({ ref }) => names.has(`${ref.namespace}/${ref.kind}/${ref.name}`));
}

async function podsIn(cluster: Cluster, namespace: string, signal?: AbortSignal): Promise<KubeObject[]> {
  try {
    return await retry(() => list(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, signal }), { signal });
  } catch (error) {
    if (isForbidden(error)) return [];
    throw error;
  }
}

/** Neither ending nor ended. */
function isLive({ metadata, status }: KubeObject): boolean {
  return !metadata.deletionTimestamp && !['Succeeded', 'Failed'].includes(status?.phase as string);
}

/** References in the spec of a pod: the field, the field in it that holds the name, and the kind. */
const references: readonly [field: string, name: string, kind: StartKind][] = [
  ['configMap', 'name', 'ConfigMap'],
  ['configMapRef', 'name', 'ConfigMap'],
  ['configMapKeyRef', 'name', 'ConfigMap'],
  // In a volume, and in the sources of a projected one.
  ['secret', 'secretName', 'Secret'],
  ['secret', 'name', 'Secret'],
  ['secretRef', 'name', 'Secret'],
  ['secretKeyRef', 'name', 'Secret'],
  ['nodePublishSecretRef', 'name', 'Secret'],
  ['azureFile', 'secretName', 'Secret'],
  ['imagePullSecrets', 'name', 'Secret'],
  ['persistentVolumeClaim', 'claimName', 'PersistentVolumeClaim'],
];

/** Names what a pod needs to start, as `Kind/name`. Pure. */
export function podNeeds({ spec }: KubeObject): Set<string> {
  const needs = new Set<string>();
  if (spec?.serviceAccountName) needs.add(`ServiceAccount/${spec.serviceAccountName}`);
  collect(spec, '', needs);
  return needs;
}

function collect(value: unknown, field: string, needs: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((item) => collect(item, field, needs));
  if (typeof value !== 'object' || value === null) return;
  const record = value as Record<string, unknown>;
  for (const [at, key, kind] of references) {
    const name = at === field ? record[key] : undefined;
    if (typeof name === 'string') needs.add(`${kind}/${name}`);
  }
  for (const [name, below] of Object.entries(record)) collect(below, name, needs);
}
