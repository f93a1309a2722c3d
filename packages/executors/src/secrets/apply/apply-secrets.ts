import {
  applySet,
  applySetId,
  findSet,
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
  /** ApplySet that owns the Secrets; see `secretsSetOf`. */
  set: ApplySetRef;
  /** Redactor that knows the values and removes them from every error. */
  redactor: Redactor;
  /** Create missing namespaces. Default: true. */
  createNamespaces?: boolean;
  /** Take over fields and Secrets of other field managers. Default: false. */
  force?: boolean;
  /** Report the changes without writing them. Default: false. */
  dryRun?: boolean;
  signal?: AbortSignal;
  /** Called after each change. */
  onProgress?: (change: Change) => void;
}

/** Title of the mistakes that prevented every write, for `requireNoMistakes`. */
export const nothingChanged = 'in the secrets, so nothing was changed';

/**
 * Reconciles the Secrets of an ApplySet with `secrets`. First the server checks every write and the user's rights in
 * dry runs. Then missing namespaces are created, differing Secrets applied, and Secrets that left the set deleted. A
 * Secret that is immutable or changes its type is deleted and created again. Writes nothing if nothing differs.
 *
 * @returns one change per object, with names of keys and never values: created namespaces, the Secrets in their order,
 *   pruned Secrets
 * @throws NxKubeError with all refusals of the server, before anything is written. No error holds a value.
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
  const { createNamespaces: mayCreate = true, force = false, dryRun = false, signal, onProgress } = options;
  const desired = secrets.map((secret) => inNamespace(secret, cluster.namespace));
  requireNoMistakes(twins(desired), nothingChanged);

  const set = await findSet(cluster, options.set, secrets, { signal });
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

/** Reports Secrets that have the same name once the context's namespace is filled in. */
function twins(secrets: readonly SecretObject[]): Mistake[] {
  const subjects = secrets.map((secret) => subject(secret));
  const twice = subjects.filter((name, index) => subjects.indexOf(name) !== index);
  return twice.map((where) => ({ where, mistake: 'is defined twice', next: 'Rename or remove one of them.' }));
}
