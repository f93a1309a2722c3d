import {
  membersOf,
  NxKubeError,
  removeSet,
  setsElsewhere,
  type ApplySetRef,
  type Cluster,
  type RemoveSetOptions,
  type RemoveSetResult,
} from '@nx-kube/cluster';
import { secretsSetOf, usualTarget } from './apply-set-names.js';
import { setOf } from './deploy-options.js';

export interface TearDownOptions extends RemoveSetOptions {
  /** Names of the project's targets that make Secrets. Those of a target of the usual name always go. */
  secretsTargets: readonly string[];
  /** Who applies; see `ownerOf`. Default: unknown. */
  owner?: string;
  /** Namespace of the project's sets. Default: the context's, else the one where `owner` has applied them. */
  namespace?: string;
}

export interface TearDownResult extends RemoveSetResult {
  /** Namespaces in which sets of the project were left; undefined if the user may not search all namespaces. */
  elsewhere: string[] | undefined;
}

/**
 * Removes what a project has in the cluster: its objects, then the Secrets that they used. The sets lie in the
 * namespace that the context had when they were applied; it may have changed since.
 *
 * @throws NxKubeError that names each object that does not go away and the finalizers that hold it; or the namespaces,
 *   if `owner` has applied the project in several and none of them is the context's
 */
export async function tearDown(
  cluster: Cluster,
  project: string,
  { secretsTargets, owner, namespace = cluster.namespace, ...options }: TearDownOptions,
): Promise<TearDownResult> {
  const targets = new Set([usualTarget, ...secretsTargets]);
  const setsIn = (namespace: string) => {
    const at = { namespace };
    return [setOf(project, at, owner), ...[...targets].map((target) => secretsSetOf(project, target, at, owner))];
  };
  const removeAll = async (sets: readonly ApplySetRef[]): Promise<RemoveSetResult> => {
    const results: RemoveSetResult[] = [];
    for (const set of sets) results.push(await removeSet(cluster, set, options));
    return {
      removed: results.flatMap(({ removed }) => removed),
      kept: results.flatMap(({ kept }) => kept),
      foreign: results.flatMap(({ foreign }) => foreign),
    };
  };
  const here = await removeAll(setsIn(namespace));
  const others = await filledElsewhere(cluster, setsIn(namespace), options.signal);
  const namespaces = [...new Set(others?.map(({ set }) => set.namespace))].sort();
  if (here.removed.length || here.kept.length || namespace !== cluster.namespace)
    return { ...here, elsewhere: others && namespaces };
  const own = [...new Set(others?.flatMap(({ set, isOwn }) => (isOwn ? [set.namespace] : [])))].sort();
  if (own.length > 1) throw ambiguous(project, own, cluster);
  const found = own.length ? await removeAll(setsIn(own[0]!)) : here;
  return { ...found, elsewhere: others && namespaces.filter((name) => name !== own[0]) };
}

/** Sets of the same names in other namespaces that hold objects. */
async function filledElsewhere(cluster: Cluster, sets: readonly ApplySetRef[], signal: AbortSignal | undefined) {
  const lists = await Promise.all(sets.map((set) => setsElsewhere(cluster, set, { signal })));
  if (lists.includes(undefined)) return undefined;
  const candidates = lists.flatMap((list) => list ?? []);
  const members = await Promise.all(candidates.map(({ set }) => membersOf(cluster, set, { signal })));
  return candidates.filter((_, index) => members[index]!.length > 0);
}

function ambiguous(project: string, namespaces: readonly string[], { context, namespace }: Cluster): NxKubeError {
  return new NxKubeError(
    'configuration',
    `${project} has nothing in the namespace ${namespace} of ${context}, but in several others: ${namespaces.join(', ')}.`,
    { next: `Choose one of them with --namespace, such as --namespace=${namespaces[0]}.` },
  );
}
