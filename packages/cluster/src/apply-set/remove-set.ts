import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { resolveGroupKind } from '../api/group-kinds.js';
import { list, remove } from '../api/objects.js';
import { groupKind } from '../api/paths.js';
import { retry } from '../api/retry.js';
import { refOf, subject, type Ref } from '../object/kube-object.js';
import { deleteMembers } from './delete-members.js';
import { guardedKinds, membersOf, type Member } from './members.js';
import { parentRef, readParent, writeParent, type ApplySetRef } from './parent.js';

export interface RemoveSetOptions {
  /**
   * Also removes the set's CustomResourceDefinitions, and with each *all* its objects, including those of others.
   * Default: false.
   */
  crds?: boolean;
  /** Also removes the set's Namespaces with everything in them. Default: false. */
  namespaces?: boolean;
  /** Also removes the set's PersistentVolumeClaims. Default: true. */
  persistentVolumeClaims?: boolean;
  /** Time-out (ms) for the objects of each step to be gone. Default: 60,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
  onProgress?: (progress: RemoveSetProgress) => void;
}

export interface RemoveSetProgress {
  subject: string;
  ref: Ref;
  action: 'deleting' | 'deleted' | 'kept';
}

export interface RemoveSetResult {
  removed: Ref[];
  /** Objects that the set owns and that were not requested to be removed. */
  kept: Ref[];
  /** Custom resources that others made and that went, or would go, with the set's CRDs. */
  foreign: Ref[];
}

/**
 * Removes the objects of a set. Custom resources go first, while their controller still runs and clears their
 * finalizers. The rest follows in the reverse order of apply. CustomResourceDefinitions and Namespaces go last and only
 * on request. The parent goes when nothing is left. May be stopped and run again.
 *
 * Custom resources that others made stay. If their CRD is removed, they go first, too, because they would go with it
 * anyway.
 *
 * @throws NxKubeError that names each object that does not go away and the finalizers that hold it
 */
export async function removeSet(
  cluster: Cluster,
  set: ApplySetRef,
  options: RemoveSetOptions = {},
): Promise<RemoveSetResult> {
  const { crds = false, timeoutMs = 60_000, signal, onProgress } = options;
  const parent = await readParent(cluster, set, signal);
  const members = await membersOf(cluster, set, { signal });
  const kinds = await kindsDefinedBy(cluster, members, signal);
  const instances = await instancesOf(cluster, kinds, signal);
  const uids = new Set(members.map(({ uid }) => uid));
  const foreign = instances.filter(({ uid }) => !uids.has(uid));
  const plan = planRemoval(members, new Set(kinds.keys()), options);

  const removed: Ref[] = [];
  const report = (action: RemoveSetProgress['action']) => {
    return ({ ref }: { ref: Ref }) => {
      if (action === 'deleted') removed.push(ref);
      onProgress?.({ subject: subject(ref), ref, action });
    };
  };
  plan.kept.forEach(report('kept'));
  const deleting = { timeoutMs, signal, onDeleting: report('deleting'), onDeleted: report('deleted') };
  const first = crds ? [...plan.customResources, ...foreign] : plan.customResources;
  for (const step of [first, plan.rest, plan.crds, plan.namespaces]) await deleteMembers(cluster, step, deleting);

  await settleParent(cluster, set, plan.kept, { parent, signal });
  const refs = (list: readonly Member[]) => list.map(({ ref }) => ref);
  return { removed, kept: refs(plan.kept), foreign: refs(foreign) };
}

interface Removal {
  customResources: Member[];
  rest: Member[];
  crds: Member[];
  namespaces: Member[];
  kept: Member[];
}

/**
 * Sorts members into removal steps. Pure.
 *
 * @param defined kinds that the set's CRDs define, as `Kind.group`
 */
function planRemoval(members: readonly Member[], defined: ReadonlySet<string>, options: RemoveSetOptions): Removal {
  const { crds = false, namespaces = false, persistentVolumeClaims = true } = options;
  const removal: Removal = { customResources: [], rest: [], crds: [], namespaces: [], kept: [] };
  for (const member of members) {
    const kind = groupKind(member.ref);
    if (defined.has(kind)) removal.customResources.push(member);
    else if (kind === guardedKinds.crd) (crds ? removal.crds : removal.kept).push(member);
    else if (kind === guardedKinds.namespace) (namespaces ? removal.namespaces : removal.kept).push(member);
    else if (kind === guardedKinds.persistentVolumeClaim && !persistentVolumeClaims) removal.kept.push(member);
    else removal.rest.push(member);
  }
  return removal;
}

/** Kinds that the CRDs among the members define: `Kind.group` to the version to ask for. */
async function kindsDefinedBy(
  cluster: Cluster,
  members: readonly Member[],
  signal?: AbortSignal,
): Promise<Map<string, { apiVersion: string; kind: string }>> {
  const names = members
    .filter(({ ref }) => groupKind(ref) === guardedKinds.crd)
    .map(({ object }) => `${object.spec?.names?.kind}.${object.spec?.group}`);
  const resolved = await mapConcurrently(names, 8, (name) =>
    retry(() => resolveGroupKind(cluster, name, signal), { signal }),
  );
  return new Map(names.flatMap((name, index) => (resolved[index] ? [[name, resolved[index]]] : [])));
}

async function instancesOf(
  cluster: Cluster,
  kinds: ReadonlyMap<string, { apiVersion: string; kind: string }>,
  signal?: AbortSignal,
): Promise<Member[]> {
  const lists = await mapConcurrently([...kinds.values()], 8, (kind) =>
    retry(() => list(cluster, { ...kind, signal }), { signal }),
  );
  return lists.flat().map((object) => ({ ref: refOf(object), uid: object.metadata.uid!, object }));
}

/** Keeps the parent while the set still owns objects, so that a later run finds them. */
async function settleParent(
  cluster: Cluster,
  set: ApplySetRef,
  kept: readonly Member[],
  { parent, signal }: { parent: Awaited<ReturnType<typeof readParent>>; signal?: AbortSignal },
): Promise<void> {
  // The parent went with its namespace.
  if (!(await readParent(cluster, set, signal))) return;
  if (kept.length === 0) {
    await retry(() => remove(cluster, parentRef(set), { uid: parent?.object.metadata.uid, signal }), { signal });
    return;
  }
  const namespaces = kept.flatMap(({ ref: { namespace } }) => (namespace === undefined ? [] : [namespace]));
  const extent = {
    groupKinds: new Set(kept.map(({ ref }) => groupKind(ref))),
    additionalNamespaces: new Set(namespaces),
  };
  await writeParent(cluster, set, extent, { former: parent, signal });
}
