import type { Cluster } from '../api/cluster.js';
import { groupKind } from '../api/paths.js';
import type { ApplyOptions, Change } from '../apply/apply.js';
import { subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { deleteMembers } from './delete-members.js';
import { mayBeNeeded, membersInUse } from './in-use.js';
import { guardedKinds, type Member } from './members.js';
import { writeParent, type ApplySetRef, type Extent, type Parent } from './parent.js';

/** Guarded kinds to prune. Their objects are kept by default, because deleting one deletes other objects or data. */
export interface PruneOptions {
  /** Default: false. */
  namespaces?: boolean;
  /** Default: false. */
  crds?: boolean;
  /** Default: false. */
  persistentVolumeClaims?: boolean;
}

interface PruneLeftOptions extends Pick<ApplyOptions, 'dryRun' | 'signal' | 'onProgress' | 'stageTimeoutMs'> {
  prune?: PruneOptions | false;
  onInUse?: (refs: Ref[]) => void;
  /** The parent as it is. */
  parent?: Parent;
}

/**
 * Deletes what left the set, except what live pods use. The parent then lists what is left.
 *
 * @param left former members that are not desired
 */
export async function pruneLeft(
  cluster: Cluster,
  set: ApplySetRef,
  left: readonly Member[],
  desired: readonly KubeObject[],
  options: PruneLeftOptions,
): Promise<Change[]> {
  const { prune = {}, dryRun, signal, onProgress, onInUse, stageTimeoutMs: timeoutMs = 60_000, parent } = options;
  const doomed = prune === false ? [] : left.filter(({ ref }) => mayPrune(ref, prune));
  const pruned: Change[] = [];
  const onDeleted = ({ ref, uid }: Member) => {
    const change: Change = { subject: subject(ref), ref, action: 'pruned', uid };
    pruned.push(change);
    onProgress?.(change);
  };
  if (dryRun) {
    doomed.forEach(onDeleted);
    return pruned;
  }
  const deleting = { timeoutMs, signal, onDeleted };
  // Workloads go first: their pods then no longer use anything.
  await deleteMembers(
    cluster,
    doomed.filter((one) => !mayBeNeeded(one)),
    deleting,
  );
  const inUse = await membersInUse(cluster, doomed, signal);
  await deleteMembers(
    cluster,
    doomed.filter((one) => mayBeNeeded(one) && !inUse.includes(one)),
    deleting,
  );
  if (inUse.length) onInUse?.(inUse.map(({ ref }) => ref));
  const kept = left.filter((one) => inUse.includes(one) || !doomed.includes(one)).map(({ object }) => object);
  await writeParent(cluster, set, extentOf(set, [...desired, ...kept]), { former: parent, signal });
  return pruned;
}

export function mayPrune(ref: Ref, { namespaces, crds, persistentVolumeClaims }: PruneOptions): boolean {
  const kind = groupKind(ref);
  if (kind === guardedKinds.namespace) return namespaces ?? false;
  if (kind === guardedKinds.crd) return crds ?? false;
  if (kind === guardedKinds.persistentVolumeClaim) return persistentVolumeClaims ?? false;
  return true;
}

/** Where objects are. Pure. */
export function extentOf(set: ApplySetRef, objects: readonly KubeObject[]): Extent {
  const namespaces = objects.flatMap(({ metadata: { namespace } }) => (namespace === undefined ? [] : [namespace]));
  return {
    groupKinds: new Set(objects.map(groupKind)),
    additionalNamespaces: new Set(namespaces.filter((namespace) => namespace !== set.namespace)),
  };
}
