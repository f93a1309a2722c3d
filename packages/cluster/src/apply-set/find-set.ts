import { isNotFound, isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { list } from '../api/objects.js';
import { retry } from '../api/retry.js';
import { knownKey } from '../apply/known-key.js';
import { NxKubeError } from '../errors.js';
import { refOf, subject, type KubeObject } from '../object/kube-object.js';
import { membersWithin } from './members.js';
import { idLabel, idOf, parentOf, type ApplySetRef, type Parent } from './parent.js';

/** A set of the same name whose parent lies in another namespace. */
export interface SetElsewhere {
  set: ApplySetRef;
  parent: Parent;
  /** The same `owner` applied it. */
  isOwn: boolean;
}

/**
 * Finds the sets of the same name and tool in all other namespaces. The parent lies in the namespace that the context
 * had when the set was made.
 *
 * @returns undefined if the user may not list Secrets in all namespaces
 * @throws ApiError
 */
export async function setsElsewhere(
  cluster: Cluster,
  set: ApplySetRef,
  { signal }: { signal?: AbortSignal } = {},
): Promise<SetElsewhere[] | undefined> {
  const secrets = {
    apiVersion: 'v1',
    kind: 'Secret',
    labelSelector: idLabel,
    fieldSelector: `metadata.name=${set.name}`,
  };
  try {
    const found = await retry(() => list(cluster, { ...secrets, signal }), { signal });
    return found.flatMap((object) => {
      const { name, namespace = '' } = object.metadata;
      if (name !== set.name || namespace === set.namespace || object.metadata.deletionTimestamp) return [];
      const there = { ...set, namespace };
      const parent = parentIfOurs(there, object);
      return parent ? [{ set: there, parent, isOwn: set.owner !== undefined && parent.owner === set.owner }] : [];
    });
  } catch (error) {
    if (isForbidden(error)) return undefined;
    if (isNotFound(error)) return [];
    throw error;
  }
}

/**
 * Finds the set in another namespace that holds some of these objects already: the namespace of the context has
 * changed since.
 *
 * @param desired with their final namespaces
 * @param dependsOnContext whether the context's namespace decides where some of the objects go
 * @returns undefined if there is none
 * @throws NxKubeError if the set found belongs to another owner, and its objects would move
 */
export async function setThatHolds(
  cluster: Cluster,
  set: ApplySetRef,
  desired: readonly KubeObject[],
  { dependsOnContext, signal }: { dependsOnContext: boolean; signal?: AbortSignal },
): Promise<ApplySetRef | undefined> {
  if (!desired.length) return undefined;
  const keys = new Set(desired.map((object) => knownKey(refOf(object))));
  for (const there of (await setsElsewhere(cluster, set, { signal })) ?? []) {
    const members = await membersWithin(cluster, there.set, there.parent.extent, { versions: desired, signal });
    const shared = members.find(({ ref }) => keys.has(knownKey(ref)));
    if (!shared) continue;
    if (!dependsOnContext || there.isOwn) return there.set;
    const { name, namespace } = there.set;
    throw new NxKubeError(
      'configuration',
      `${subject(shared.ref)} belongs to the ApplySet ${name} in the namespace ${namespace}, which another workspace applied.`,
      {
        next: `Use the namespace ${namespace} (kubectl config set-context --current --namespace=${namespace}), or remove that set first.`,
      },
    );
  }
  return undefined;
}

function parentIfOurs(set: ApplySetRef, object: KubeObject): Parent | undefined {
  if (object.metadata.labels?.[idLabel] !== idOf(set)) return undefined;
  try {
    return parentOf(set, object);
  } catch (error) {
    // The set of another tool has nothing to do with this one.
    if (error instanceof NxKubeError) return undefined;
    throw error;
  }
}
