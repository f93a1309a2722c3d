import {
  applySet,
  applySetId,
  plannedPrune,
  subject,
  type ApplySetRef,
  type Change,
  type Cluster,
} from '@nx-kube/cluster';
import { requireNoMistakes, type Mistake } from '../../settings/mistake.js';
import { redactError } from '../read/redact-error.js';
import type { Redactor } from '../read/redact.js';
import type { SecretObject } from '../read/secret-object.js';
import { checkOnServer, checkParent, checkRemoval } from './check-on-server.js';
import { createNamespaces, creationOf, findNamespaces } from './namespaces.js';

export interface ApplySecretsOptions {
  /** The set that owns them: `secretsSetOf`. */
  set: ApplySetRef;
  /** Knows the values: they are taken out of every error. */
  redactor: Redactor;
  /** Create namespaces that are missing. Default: true. */
  createNamespaces?: boolean;
  /** Take over what others own. Default: false. */
  force?: boolean;
  /** Only tell what would change. Default: false. */
  dryRun?: boolean;
  signal?: AbortSignal;
  /** Called as each change is done. */
  onProgress?: (change: Change) => void;
}

/** Introduces the mistakes because of which nothing was written. */
export const nothingChanged = 'nothing was changed';

/**
 * Brings the cluster to hold exactly these Secrets of the set: first the server checks all that is to be done, rights included, then
 * missing namespaces are created, then what differs is applied and what left the set is deleted. A Secret whose type changes, or
 * that is immutable, is made anew. Nothing is written where there is nothing to change.
 *
 * @returns one change an object: namespaces that were created, the Secrets in their order, those that were pruned; with
 * names of keys and never values
 * @throws NxKubeError with everything that the server refuses; nothing was changed then. No error holds a value.
 */
export async function applySecrets(
  cluster: Cluster,
  secrets: readonly SecretObject[],
  options: ApplySecretsOptions,
): Promise<Change[]> {
  try {
    return await applyChecked(cluster, secrets, options);
  } catch (error) {
    throw redactError(error, options.redactor);
  }
}

async function applyChecked(
  cluster: Cluster,
  secrets: readonly SecretObject[],
  options: ApplySecretsOptions,
): Promise<Change[]> {
  const { set, createNamespaces: mayCreate = true, force = false, dryRun = false, signal, onProgress } = options;
  const desired = secrets.map((secret) => inNamespace(secret, cluster.namespace));
  requireNoMistakes(twins(desired), nothingChanged);

  const namespaces = new Set([set.namespace, ...desired.map(({ metadata }) => metadata.namespace!)]);
  const { missing, unusable, mistakes } = await findNamespaces(cluster, namespaces, { mayCreate, signal });
  const pruned = await plannedPrune(cluster, set, desired, { signal });
  const setId = applySetId({ name: set.name, namespace: set.namespace, kind: 'Secret', group: '' });
  const check = { setId, absent: new Set([...missing, ...unusable]), force, signal };
  const checked = await Promise.all([
    ...desired.map((secret) => checkOnServer(cluster, secret, check)),
    ...pruned.map((ref) => checkRemoval(cluster, ref, check)),
  ]);
  const parent = await checkParent(cluster, set, desired, check);
  requireNoMistakes([...mistakes, ...checked.filter((one) => 'mistake' in one), ...parent], nothingChanged);

  if (dryRun) return [...missing.map(creationOf), ...checked.filter((one) => 'action' in one)];
  const created = await createNamespaces(cluster, missing, { signal, onProgress });
  return [...created, ...(await applySet(cluster, set, desired, { recreate: true, force, signal, onProgress }))];
}

function inNamespace(secret: SecretObject, namespace: string): SecretObject {
  return { ...secret, metadata: { ...secret.metadata, namespace: secret.metadata.namespace ?? namespace } };
}

/** Two that were told apart only as long as the context's namespace was not filled in. */
function twins(secrets: readonly SecretObject[]): Mistake[] {
  const subjects = secrets.map((secret) => subject(secret));
  const twice = subjects.filter((name, index) => subjects.indexOf(name) !== index);
  return twice.map((where) => ({ where, mistake: 'is there twice', next: 'Rename or remove one of them.' }));
}
