import { isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { read, remove } from '../api/objects.js';
import { retry } from '../api/retry.js';
import { apply, applyKnowing, type ApplyOptions, type Change } from '../apply/apply.js';
import { knownKey } from '../apply/known-key.js';
import { prepare } from '../apply/sanitize.js';
import { definedKinds, inItsNamespace } from '../apply/scope.js';
import { NxKubeError } from '../errors.js';
import { refOf, subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { setThatHolds } from './find-set.js';
import { membersWithin, type Member } from './members.js';
import {
  idOf,
  parentRef,
  partOfLabel,
  readParent,
  writeParent,
  type ApplySetRef,
  type Extent,
  type Parent,
} from './parent.js';
import { extentOf, mayPrune, pruneLeft, type PruneOptions } from './prune.js';

export interface ApplySetOptions extends ApplyOptions {
  /** Objects of the set to delete; `false`: none. Default: `{}`, all except guarded kinds. */
  prune?: PruneOptions | false;
  /**
   * Called with objects that left the set, and that stay because live pods use them: a rollout replaces these pods.
   * `pruneSet` deletes them later; so does the next `applySet`.
   */
  onInUse?: (refs: Ref[]) => void;
}

/**
 * Applies objects as one ApplySet and deletes former members that are no longer in it. May be stopped at any point: the
 * next run finishes the work. Prunes nothing after a failed apply.
 *
 * @returns the changes of `apply`, followed by one `pruned` change per deleted object
 * @throws NxKubeError when the parent belongs to another tool, or an object to another set
 */
export async function applySet(
  cluster: Cluster,
  wanted: ApplySetRef,
  objects: readonly KubeObject[],
  options: ApplySetOptions = {},
): Promise<Change[]> {
  const { signal, dryRun = false } = options;
  const { set, former, desired, before, abandoned } = await openSet(cluster, wanted, objects, options);

  let parent = former;
  const beforeWrite = async (plans: readonly { ref: Ref; live?: KubeObject }[]) => {
    for (const { ref, live } of plans) if (live) requireNotOfAnotherSet(set, ref, live);
    if (dryRun) return;
    if (abandoned) await removeParent(cluster, wanted, abandoned, signal);
    if (!former) await provideNamespace(cluster, set, desired, options);
    // From here on the parent lists at least all members, even if this run is stopped.
    parent = await writeParent(cluster, set, union(former?.extent, extentOf(set, desired)), { former, signal });
  };
  const known = new Map(before.map(({ ref, object }) => [knownKey(ref), object]));
  const changes = await applyKnowing(cluster, desired, known, { ...options, beforeWrite });

  return [...changes, ...(await pruneLeft(cluster, set, leftBehind(before, changes), desired, { ...options, parent }))];
}

/**
 * Prunes as `applySet` with these objects does, and applies nothing: for objects that were in use before a rollout.
 *
 * @returns one change per deleted object
 */
export async function pruneSet(
  cluster: Cluster,
  wanted: ApplySetRef,
  objects: readonly KubeObject[],
  options: Pick<ApplySetOptions, 'prune' | 'signal' | 'stageTimeoutMs' | 'onProgress' | 'onInUse'> = {},
): Promise<Change[]> {
  const { set, former, desired, before } = await openSet(cluster, wanted, objects, options);
  const left = leftBehind(before, desired.map(member));
  return await pruneLeft(cluster, set, left, desired, { ...options, parent: former });
}

/** Finds what `applySet` with these objects would prune now. Reads only. */
export async function plannedPrune(
  cluster: Cluster,
  set: ApplySetRef,
  objects: readonly KubeObject[],
  { prune = {}, signal }: { prune?: PruneOptions; signal?: AbortSignal } = {},
): Promise<Ref[]> {
  const { desired, before } = await openSet(cluster, set, objects, { signal });
  return leftBehind(before, desired.map(member)).flatMap(({ ref }) => (mayPrune(ref, prune) ? [ref] : []));
}

/**
 * Lets the server check (dry run) how `applySet` with these objects would write the set's parent. Writes nothing. Sends
 * nothing if the parent would stay the same.
 *
 * @throws NxKubeError as `applySet` would
 */
export async function tryParent(
  cluster: Cluster,
  wanted: ApplySetRef,
  objects: readonly KubeObject[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const { set, former, desired } = await openSet(cluster, wanted, objects, { signal });
  await writeParent(cluster, set, extentOf(set, desired), { former, dryRun: true, signal });
}

/**
 * Finds the set that `applySet` with these objects would use: the set in another namespace if that holds them already,
 * else the wanted one. Reads only.
 *
 * @throws NxKubeError as `applySet` would
 */
export async function findSet(
  cluster: Cluster,
  wanted: ApplySetRef,
  objects: readonly KubeObject[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<ApplySetRef> {
  return (await openSet(cluster, wanted, objects, { signal })).set;
}

/** A set as it is, and what is to be applied as its members. */
interface OpenSet {
  set: ApplySetRef;
  former?: Parent;
  desired: KubeObject[];
  before: Member[];
  /** Parent of the wanted set, which holds nothing, where another set is used. */
  abandoned?: Parent;
}

async function openSet(
  cluster: Cluster,
  wanted: ApplySetRef,
  objects: readonly KubeObject[],
  options: Pick<ApplyOptions, 'retry' | 'signal'>,
): Promise<OpenSet> {
  const { signal } = options;
  const open = async (set: ApplySetRef): Promise<OpenSet> => {
    const former = await readParent(cluster, set, signal);
    const desired = await membersToBe(cluster, set, objects, options);
    const before = await formerMembers(cluster, set, desired, former?.extent, signal);
    return { set, former, desired, before };
  };
  const here = await open(wanted);
  if (here.before.length) return here;
  const dependsOnContext = here.desired.some(
    ({ metadata }, index) => metadata.namespace !== undefined && !objects[index]!.metadata.namespace,
  );
  const there = await setThatHolds(cluster, wanted, here.desired, { dependsOnContext, signal });
  return there ? { ...(await open(there)), abandoned: here.former } : here;
}

/** Objects as they will be applied: with their namespaces, and labelled as members. */
async function membersToBe(
  cluster: Cluster,
  set: ApplySetRef,
  objects: readonly KubeObject[],
  options: Pick<ApplyOptions, 'retry' | 'signal'>,
): Promise<KubeObject[]> {
  const id = idOf(set);
  const defined = definedKinds(objects);
  return await Promise.all(
    objects.map(async (object) => {
      const prepared = prepare(object);
      const label = prepared.metadata.labels?.[partOfLabel];
      if (label !== undefined && label !== id) {
        throw new NxKubeError('configuration', `${subject(object)} has the label ${partOfLabel} of another ApplySet.`, {
          next: 'Remove the label from the manifest.',
        });
      }
      const scoped = await inItsNamespace(cluster, prepared, defined, { ...options.retry, signal: options.signal });
      const labels = { ...scoped.metadata.labels, [partOfLabel]: id };
      return { ...scoped, metadata: { ...scoped.metadata, labels } };
    }),
  );
}

async function formerMembers(
  cluster: Cluster,
  set: ApplySetRef,
  desired: readonly KubeObject[],
  extent: Extent | undefined,
  signal: AbortSignal | undefined,
): Promise<Member[]> {
  // Members are read in the version of the manifests: only then can live and desired be compared.
  return extent ? await membersWithin(cluster, set, extent, { versions: desired, signal }) : [];
}

/** Creates the parent's namespace if it is one of the set's own objects and does not exist yet. */
async function provideNamespace(
  cluster: Cluster,
  set: ApplySetRef,
  desired: readonly KubeObject[],
  options: ApplySetOptions,
): Promise<void> {
  const ref: Ref = { apiVersion: 'v1', kind: 'Namespace', name: set.namespace };
  const { signal } = options;
  const reading = retry(() => read(cluster, ref, { signal }), { ...options.retry, signal });
  const live = await reading.catch((error: unknown) => {
    // A user with rights inside the namespace only cannot read it. The write of the parent shows whether it exists.
    if (isForbidden(error)) return 'unknown' as const;
    throw error;
  });
  if (live === 'unknown') return;
  if (live && !live.metadata.deletionTimestamp) return;
  const own = desired.find((object) => knownKey(refOf(object)) === knownKey(ref));
  if (own) {
    await apply(cluster, [own], { ...options, onProgress: undefined });
    return;
  }
  if (live) return;
  throw new NxKubeError('configuration', `${subject(ref)} is missing: it holds ${subject(parentRef(set))}.`, {
    next: `Add a Namespace ${set.namespace} to the manifests, or create it.`,
  });
}

async function removeParent(
  cluster: Cluster,
  set: ApplySetRef,
  { object }: Parent,
  signal: AbortSignal | undefined,
): Promise<void> {
  await retry(() => remove(cluster, parentRef(set), { uid: object.metadata.uid, signal }), { signal });
}

function requireNotOfAnotherSet(set: ApplySetRef, ref: Ref, live: KubeObject): void {
  const owner = live.metadata.labels?.[partOfLabel];
  if (owner === undefined || owner === idOf(set)) return;
  throw new NxKubeError('configuration', `${subject(ref)} belongs to another ApplySet (${owner}).`, {
    next: 'Remove it from one of the two sets, or rename it.',
  });
}

function member(object: KubeObject): { ref: Ref } {
  return { ref: refOf(object) };
}

/** Former members that were not applied now. Compared by uid, and by name because an object may have been recreated. */
function leftBehind(before: readonly Member[], applied: readonly { ref: Ref; uid?: string }[]): Member[] {
  const uids = new Set(applied.map(({ uid }) => uid));
  const keys = new Set(applied.map(({ ref }) => knownKey(ref)));
  return before.filter(({ ref, uid }) => !uids.has(uid) && !keys.has(knownKey(ref)));
}

function union(a: Extent | undefined, b: Extent): Extent {
  if (!a) return b;
  return {
    groupKinds: new Set([...a.groupKinds, ...b.groupKinds]),
    additionalNamespaces: new Set([...a.additionalNamespaces, ...b.additionalNamespaces]),
  };
}
