import { isNotFound } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { locate } from '../api/paths.js';
import { retry, type RetryOptions } from '../api/retry.js';
import { groupOf, refOf, type KubeObject, type ObjectMeta } from '../object/kube-object.js';

/** Scope of each kind that CustomResourceDefinitions among the objects define, by `kindKey`. */
export type DefinedKinds = ReadonlyMap<string, 'Namespaced' | 'Cluster'>;

export function kindKey({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `${groupOf(apiVersion)}/${kind}`;
}

export function definedKinds(objects: readonly KubeObject[]): DefinedKinds {
  const definitions = objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
  return new Map(definitions.map(({ spec }) => [`${spec?.group}/${spec?.names?.kind}`, spec?.scope]));
}

/**
 * Fills in the namespace that the object will have. The scope of a kind that is not served yet comes from its
 * definition among the objects.
 *
 * @throws ApiError when neither the server nor `defined` knows the kind
 */
export async function inItsNamespace(
  cluster: Cluster,
  object: KubeObject,
  defined: DefinedKinds,
  options: RetryOptions,
): Promise<KubeObject> {
  const namespace = await retry(
    async () => (await locate(cluster, refOf(object), options.signal)).ref.namespace,
    options,
  ).catch((error: unknown) => {
    const scope = defined.get(kindKey(object));
    if (!isNotFound(error) || scope === undefined) throw error;
    return scope === 'Namespaced' ? (object.metadata.namespace ?? cluster.namespace) : undefined;
  });
  if (namespace === object.metadata.namespace) return object;
  const metadata: ObjectMeta = { ...object.metadata, namespace };
  if (namespace === undefined) delete metadata.namespace;
  return { ...object, metadata };
}
