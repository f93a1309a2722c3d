import { isNotFound, isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { read } from '../api/objects.js';
import { definedKinds, inItsNamespace, kindKey, type DefinedKinds } from '../apply/scope.js';
import { NxKubeError } from '../errors.js';
import { subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { findSet } from './apply-set.js';
import { parentRef, type ApplySetRef } from './parent.js';

export interface CheckObjectsOptions {
  /** All objects that are applied with these. Their CRDs and Namespaces are applied first. Default: only these. */
  all?: readonly KubeObject[];
  signal?: AbortSignal;
}

/**
 * Checks that the cluster, or a CRD among the objects, knows the kinds of objects. Reads only.
 *
 * @returns one error for each unknown kind, with its objects
 */
export async function checkKinds(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { all = objects, signal }: CheckObjectsOptions = {},
): Promise<NxKubeError[]> {
  const unknown = await unknownKinds(cluster, objects, definedKinds(all), signal);
  return [...unknown.values()].map(([first, ...more]) => unknownKind(first!, more));
}

/**
 * Checks that the namespaces of objects, and that of their set, exist or are among the objects. Reads only, and at most
 * one object per namespace.
 *
 * @returns one error for each missing namespace, none where the identity may not read it
 */
export async function checkNamespaces(
  cluster: Cluster,
  set: ApplySetRef,
  objects: readonly KubeObject[],
  { all = objects, signal }: CheckObjectsOptions = {},
): Promise<NxKubeError[]> {
  const defined = definedKinds(all);
  // The scope of an unknown kind is unknown, too.
  const unknown = await unknownKinds(cluster, objects, defined, signal);
  const known = objects.filter((object) => !unknown.has(typeOf(object)));
  const scoped = await mapConcurrently(known, 8, (object) => inItsNamespace(cluster, object, defined, { signal }));
  const users = new Map<string, string>();
  for (const object of scoped) {
    const { namespace } = object.metadata;
    if (namespace !== undefined && !users.has(namespace)) users.set(namespace, `it is to hold ${subject(object)}`);
  }
  const missing = await missingNamespaces(cluster, users, { all, signal });
  if (missing.length || unknown.size || users.has(set.namespace)) return missing;
  // The set may lie in another namespace since an earlier apply, so it is looked for only where its own is missing.
  const holder = new Map([[set.namespace, `it holds ${subject(parentRef(set))}`]]);
  const without = await missingNamespaces(cluster, holder, { all, signal });
  if (!without.length) return [];
  const definitions = all.filter(({ kind }) => kind === 'CustomResourceDefinition');
  const { namespace } = await findSet(cluster, set, [...new Set([...definitions, ...objects])], { signal });
  return namespace === set.namespace ? without : [];
}

/** The objects of kinds that neither the server nor a CRD among the objects knows, by kind. */
async function unknownKinds(
  cluster: Cluster,
  objects: readonly KubeObject[],
  defined: DefinedKinds,
  signal?: AbortSignal,
): Promise<Map<string, KubeObject[]>> {
  const types = new Map<string, KubeObject[]>();
  for (const object of objects) {
    if (!defined.has(kindKey(object))) types.set(typeOf(object), [...(types.get(typeOf(object)) ?? []), object]);
  }
  const isUnknown = await mapConcurrently([...types.values()], 8, ([first]) =>
    cluster.discover(first!.apiVersion, first!.kind, signal).then(
      () => false,
      (error: unknown) => {
        if (isNotFound(error)) return true;
        throw error;
      },
    ),
  );
  return new Map([...types].filter((_, i) => isUnknown[i]));
}

/** @param users why each namespace is needed */
async function missingNamespaces(
  cluster: Cluster,
  users: ReadonlyMap<string, string>,
  { all, signal }: { all: readonly KubeObject[]; signal?: AbortSignal },
): Promise<NxKubeError[]> {
  const own = new Set(all.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name));
  const outside = [...users].filter(([name]) => !own.has(name));
  const found = await mapConcurrently(outside, 8, async ([name, use]) => {
    const ref: Ref = { apiVersion: 'v1', kind: 'Namespace', name };
    const live = await read(cluster, ref, { signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      // Without the right to read it, only the apply can tell.
      if (isForbidden(error)) return 'unknown';
      throw error;
    });
    return live ? [] : [missingNamespace(ref, use)];
  });
  return found.flat();
}

function unknownKind(first: KubeObject, more: readonly KubeObject[]): NxKubeError {
  const { apiVersion, kind } = first;
  const users = [first, ...more].map(subject).join(', ');
  return new NxKubeError('configuration', `The cluster does not know the kind ${kind} of ${apiVersion}: ${users}.`, {
    next: 'Install its CustomResourceDefinition, or fix apiVersion and kind.',
  });
}

function missingNamespace(ref: Ref, use: string): NxKubeError {
  return new NxKubeError('configuration', `${subject(ref)} is missing: ${use}.`, {
    next: `Add a Namespace ${ref.name} to the manifests, or create it.`,
  });
}

function typeOf({ apiVersion, kind }: KubeObject): string {
  return `${apiVersion}/${kind}`;
}
