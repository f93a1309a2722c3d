import { ApiError, create, read, retry, type Change, type Cluster, type Ref, isForbidden } from '@nx-kube/cluster';
import type { Mistake } from '../../settings/mistake.js';
import { dryRunCreate } from './dry-run-create.js';
import { refusal } from './refusal.js';

export interface NamespaceNeeds {
  /** Names of namespaces to create. */
  missing: string[];
  /** Names of unusable namespaces, with a mistake for each. */
  unusable: string[];
  mistakes: Mistake[];
}

/**
 * Finds the namespaces to create, and those that cannot be used. Writes nothing.
 *
 * @param mayCreate false makes a missing namespace a mistake
 */
export async function findNamespaces(
  cluster: Cluster,
  names: ReadonlySet<string>,
  { mayCreate, signal }: { mayCreate: boolean; signal?: AbortSignal },
): Promise<NamespaceNeeds> {
  const needs: NamespaceNeeds = { missing: [], unusable: [], mistakes: [] };
  for (const name of names) {
    const state = await stateOf(cluster, name, signal);
    if (state === 'there') continue;
    const mistake = await complaint(cluster, name, { state, mayCreate, signal });
    if (mistake) needs.mistakes.push(mistake);
    (mistake ? needs.unusable : needs.missing).push(name);
  }
  return needs;
}

async function complaint(
  cluster: Cluster,
  name: string,
  { state, mayCreate, signal }: { state: 'missing' | 'terminating'; mayCreate: boolean; signal?: AbortSignal },
): Promise<Mistake | undefined> {
  const where = `Namespace/${name}`;
  if (state === 'terminating')
    return { where, mistake: 'is being deleted', next: 'Run the target again once it is gone.' };
  if (!mayCreate) return { where, mistake: 'does not exist', next: 'Create it, or set createNamespaces.' };
  try {
    await dryRunCreate(cluster, { kind: 'Namespace', metadata: { name } }, refTo(name), { signal });
    return undefined;
  } catch (error) {
    return refusal(where, 'created', error);
  }
}

/** Creates namespaces that no ApplySet owns, so that nothing removes them. */
export async function createNamespaces(
  cluster: Cluster,
  names: readonly string[],
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (change: Change) => void } = {},
): Promise<Change[]> {
  const changes: Change[] = [];
  for (const name of names) {
    await retry(() => createOrFind(cluster, name, signal), { signal });
    const change = creationOf(name);
    changes.push(change);
    onProgress?.(change);
  }
  return changes;
}

/** Returns the change that stands for a created namespace. Pure. */
export function creationOf(name: string): Change {
  return { subject: `Namespace/${name}`, ref: refTo(name), action: 'created' };
}

function refTo(name: string): Ref {
  return { apiVersion: 'v1', kind: 'Namespace', name };
}

async function stateOf(cluster: Cluster, name: string, signal?: AbortSignal) {
  try {
    const live = await retry(() => read(cluster, refTo(name), { signal }), { signal });
    if (!live) return 'missing';
    return live.metadata.deletionTimestamp ? 'terminating' : 'there';
  } catch (error) {
    // A user with rights inside the namespace only cannot read it. Its first use shows whether it exists.
    if (isForbidden(error)) return 'there';
    throw error;
  }
}

async function createOrFind(cluster: Cluster, name: string, signal?: AbortSignal): Promise<void> {
  try {
    await create(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { signal });
  } catch (error) {
    // Race: another client created it after our look.
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
}
