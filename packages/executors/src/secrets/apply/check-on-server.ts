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
  /** Id of the set that the Secrets are to belong to. */
  setId: string;
  /** Namespaces in which nothing can be tried: they do not exist yet, or not any more. */
  absent: ReadonlySet<string>;
  /** Take over what others own, also by making it anew. */
  force: boolean;
  signal?: AbortSignal;
}

/**
 * Asks the server what would become of a Secret. Writes nothing; asks nothing of one that already is as desired.
 *
 * @param secret with its namespace
 * @returns what would change, or why it cannot
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
      // Nothing can be tried where it will be. What the server makes of the content, it says in any namespace, and this one it
      // always has.
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
        mistake: 'exists with another type, or as immutable, and was not made by this target',
        next: 'Give the secret another name, delete the existing one, or set force to make it anew.',
      };
    }
    // What is to be made anew is deleted first, so that the new one has to be known to be good. And a dry run of apply takes a
    // namespace that is not there, and that the user may not look at, for one that will be.
    if (!live || change.action === 'recreated') await checkContent(cluster, secret, ref.namespace!, signal);
    return change;
  } catch (error) {
    return refusal(where, error);
  }
}

/** Asks the server whether a Secret that left the set may be deleted. Deletes nothing. */
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
    return refusal(where, error);
  }
}

/** Asks the server whether the Secret that says where the set's are may be written as these need it. Writes nothing. */
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
    return [refusal(`Secret/${set.namespace}/${set.name}`, error)];
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
    // Of one that cannot be changed in place the server names the fields, too, that are in order once it is made anew.
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
