import {
  ApiError,
  apply,
  partOfLabel,
  read,
  refOf,
  remove,
  retry,
  subject,
  tryParent,
  type ApplySetRef,
  type Change,
  type Cluster,
  type Ref,
} from '@nx-kube/cluster';
import type { Mistake } from '../../settings/mistake.js';
import type { SecretObject } from '../read/secret-object.js';
import { dryRunCreate } from './dry-run-create.js';
import { refusal } from './refusal.js';

export interface CheckOptions {
  /** Id of the ApplySet that will own the Secrets. */
  setId: string;
  /** Namespaces that are missing or terminating, in which no dry run works. */
  absent: ReadonlySet<string>;
  /** Take over fields and Secrets of other field managers, if need be by delete and create. */
  force: boolean;
  signal?: AbortSignal;
}

/**
 * Asks the server in dry runs how a Secret would change. Writes nothing; makes no dry run for a Secret that is current.
 *
 * @param secret the desired Secret, with its namespace
 * @returns the change, or the reason why it is refused
 */
export async function checkOnServer(
  cluster: Cluster,
  secret: SecretObject,
  { setId, absent, force, signal }: CheckOptions,
): Promise<Change | Mistake> {
  const ref = refOf(secret);
  const where = subject(ref);
  try {
    if (absent.has(ref.namespace!)) {
      // No dry run works in a missing namespace. The content can be checked in any other; `default` always exists.
      await checkContent(cluster, secret, 'default', signal);
      return { subject: where, ref, action: 'created' };
    }
    const live = await retry(() => read(cluster, ref, { signal }), { signal });
    const owner = live?.metadata.labels?.[partOfLabel];
    if (owner !== undefined && owner !== setId) {
      return { where, mistake: `belongs to another ApplySet (${owner})`, next: 'Rename it here, or remove it there.' };
    }
    const change = await whatApplyDoes(cluster, labelled(secret, setId), { force, signal });
    if (change.action === 'recreated' && owner === undefined && !force) {
      return {
        where,
        mistake: 'exists with another type, or as immutable, and this target did not create it',
        next: 'Rename the secret, delete the existing one, or set force to replace it.',
      };
    }
    // A recreated Secret is deleted first, so its successor must be known to be valid.
    // A dry run of apply also succeeds in a missing namespace that the user may not read; a dry run of create does not.
    if (!live || change.action === 'recreated') await checkContent(cluster, secret, ref.namespace!, signal);
    return change;
  } catch (error) {
    return refusal(where, 'applied', error);
  }
}

/** Asks the server in a dry run whether a Secret that left the set may be deleted. */
export async function checkRemoval(
  cluster: Cluster,
  ref: Ref,
  { signal }: Pick<CheckOptions, 'signal'>,
): Promise<Change | Mistake> {
  const where = subject(ref);
  try {
    await retry(() => remove(cluster, ref, { dryRun: true, signal }), { signal });
    return { subject: where, ref, action: 'pruned' };
  } catch (error) {
    return refusal(where, 'deleted', error);
  }
}

/** Asks the server in a dry run whether the ApplySet's parent Secret may be written as `secrets` need it. */
export async function checkParent(
  cluster: Cluster,
  set: ApplySetRef,
  secrets: readonly SecretObject[],
  { absent, signal }: Pick<CheckOptions, 'absent' | 'signal'>,
): Promise<Mistake[]> {
  if (absent.has(set.namespace)) return [];
  try {
    await tryParent(cluster, set, secrets, { signal });
    return [];
  } catch (error) {
    return [refusal(`Secret/${set.namespace}/${set.name}`, 'applied', error)];
  }
}

async function whatApplyDoes(
  cluster: Cluster,
  secret: SecretObject,
  { force, signal }: Pick<CheckOptions, 'force' | 'signal'>,
): Promise<Change> {
  try {
    const [change] = await apply(cluster, [secret], { dryRun: true, recreate: true, force, signal });
    return change!;
  } catch (error) {
    // For a Secret that cannot change in place, the server also names fields that are valid in a new Secret.
    if (error instanceof ApiError && error.status === 422) {
      await checkContent(cluster, secret, secret.metadata.namespace!, signal);
    }
    throw error;
  }
}

async function checkContent(
  cluster: Cluster,
  { metadata: { name, ...metadata }, ...secret }: SecretObject,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const about = { apiVersion: 'v1', kind: 'Secret', name, namespace: metadata.namespace };
  const object = { ...secret, metadata: { ...metadata, namespace, generateName: 'nx-kube-check-' } };
  await dryRunCreate(cluster, object, about, { signal });
}

function labelled(secret: SecretObject, setId: string): SecretObject {
  const { metadata } = secret;
  return { ...secret, metadata: { ...metadata, labels: { ...metadata.labels, [partOfLabel]: setId } } };
}
