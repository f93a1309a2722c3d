import { isNotFound, isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { resolveGroupKind } from '../api/group-kinds.js';
import { list } from '../api/objects.js';
import { groupKind } from '../api/paths.js';
import { retry } from '../api/retry.js';
import { refOf, type GroupVersionKind, type KubeObject, type Ref } from '../object/kube-object.js';
import { idOf, partOfLabel, readParent, type ApplySetRef, type Extent } from './parent.js';

/** Live object that belongs to a set. */
export interface Member {
  ref: Ref;
  uid: string;
  object: KubeObject;
}

/**
 * Lists the objects that the set owns, in no particular order; empty if the set does not exist.
 *
 * @throws ApiError
 */
export async function membersOf(
  cluster: Cluster,
  set: ApplySetRef,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Member[]> {
  const parent = await readParent(cluster, set, signal);
  return await membersWithin(cluster, set, parent?.extent ?? withoutParent, { signal, mayLack: !parent });
}

/** Kinds that are kept when a set is removed. Their objects may then lack a parent. */
export const guardedKinds = {
  namespace: 'Namespace',
  crd: 'CustomResourceDefinition.apiextensions.k8s.io',
  persistentVolumeClaim: 'PersistentVolumeClaim',
} as const;

const withoutParent: Extent = {
  groupKinds: new Set(Object.values(guardedKinds)),
  additionalNamespaces: new Set(),
};

export interface MembersOptions {
  versions?: readonly GroupVersionKind[];
  mayLack?: boolean;
  signal?: AbortSignal;
}

/**
 * Lists the labelled objects within an extent.
 *
 * @param options.versions API version to read a kind in, where it matters
 * @param options.mayLack leaves out kinds that the user may not list, instead of failing
 */
export async function membersWithin(
  cluster: Cluster,
  set: ApplySetRef,
  { groupKinds, additionalNamespaces }: Extent,
  { versions = [], mayLack = false, signal }: MembersOptions = {},
): Promise<Member[]> {
  const wanted = new Map(versions.map((version) => [groupKind(version), version]));
  const namespaces = [...new Set([set.namespace, ...additionalNamespaces])];
  const pages = await mapConcurrently([...groupKinds], 8, async (name) => {
    const kind = wanted.get(name) ?? (await retry(() => resolveGroupKind(cluster, name, signal), { signal }));
    if (!kind) return [];
    return await membersOfKind(cluster, set, kind, namespaces, signal).catch((error: unknown) => {
      if (mayLack && isForbidden(error)) return [];
      throw error;
    });
  });
  return pages.flat();
}

async function membersOfKind(
  cluster: Cluster,
  set: ApplySetRef,
  kind: GroupVersionKind,
  namespaces: readonly string[],
  signal?: AbortSignal,
): Promise<Member[]> {
  const labelSelector = `${partOfLabel}=${idOf(set)}`;
  try {
    const { namespaced } = await cluster.discover(kind.apiVersion, kind.kind, signal);
    const members: Member[] = [];
    for (const namespace of namespaced ? namespaces : [undefined]) {
      const objects = await retry(() => list(cluster, { ...kind, namespace, labelSelector, signal }), { signal });
      for (const object of objects.filter(isMember))
        members.push({ ref: refOf(object), uid: object.metadata.uid!, object });
    }
    return members;
  } catch (error) {
    // The CRD is gone, and its objects with it.
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Controllers copy labels to objects that they make: EndpointSlices have their Service's. Those are not members. */
function isMember({ metadata }: KubeObject): boolean {
  return !metadata.ownerReferences?.some(({ controller }) => controller);
}
