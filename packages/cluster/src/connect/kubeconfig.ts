import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
// client-node's index and its KubeConfig class load every generated model: 80 MB of memory and most of a second. These
// two modules read a kubeconfig in the same way without them.
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import type { Cluster as ClusterEntry, User } from '@kubernetes/client-node/dist/config_types.js';
import { load, YAMLException } from 'js-yaml';
import { NxKubeError } from '../errors.js';
import { yamlProblem } from '../object/yaml-problem.js';

/** User of a kubeconfig, with the fields that client-node's reader omits. */
export interface UserEntry extends User {
  tokenFile?: string;
  impersonateGroups?: readonly string[];
}

/** One context of a kubeconfig, with its cluster and user. */
export interface KubeconfigContext {
  name: string;
  namespace: string;
  cluster: ClusterEntry;
  /** Absent if the context names no user: anonymous. */
  user?: UserEntry;
}

type List = 'contexts' | 'clusters' | 'users';

/** Raw entry of a list. Only entries that the chosen context uses are checked. */
interface Entry {
  name?: unknown;
  [key: string]: unknown;
}

/** One kubeconfig file. */
interface Kubeconfig {
  path: string;
  currentContext?: string;
  lists: Record<List, readonly Entry[]>;
}

/** Raw entry with its position. */
interface Found {
  entry: Entry;
  list: List;
  index: number;
  path: string;
}

/** Files that kubectl would read. */
export function kubeconfigPaths(explicit?: string, env: NodeJS.ProcessEnv = process.env): string[] {
  if (explicit) return [resolve(explicit)];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  return listed.length > 0 ? listed.map((path) => resolve(path)) : [join(homedir(), '.kube', 'config')];
}

/**
 * Reads and merges kubeconfig files, and picks a context. As in kubectl, the first value wins. Missing files are
 * skipped as long as one exists.
 *
 * @throws NxKubeError ('configuration')
 */
export async function loadContext(paths: readonly string[], contextName?: string): Promise<KubeconfigContext> {
  const configs = (await Promise.all(paths.map(readKubeconfig))).filter((config) => config !== undefined);
  const from = paths.join(', ');
  if (configs.length === 0) {
    throw new NxKubeError('configuration', `There is no kubeconfig at ${from}.`, {
      next: 'Start a local cluster, or set KUBECONFIG.',
    });
  }
  const name = contextName ?? configs.find((config) => config.currentContext)?.currentContext;
  if (!name) {
    throw new NxKubeError('configuration', `The kubeconfig ${from} has no current context.`, {
      next: 'Choose one with `kubectl config use-context`, or with the option `context`.',
    });
  }
  const contextEntry = byName(configs, 'contexts', name);
  if (!contextEntry) {
    const names = configs.flatMap(({ lists }) => lists.contexts.map((context) => context.name));
    const known = [...new Set(names.filter((known) => typeof known === 'string'))].sort();
    throw new NxKubeError('configuration', `The kubeconfig ${from} has no context ${JSON.stringify(name)}.`, {
      next: known.length > 0 ? `Choose one of: ${known.join(', ')}.` : 'Start a local cluster, or set KUBECONFIG.',
    });
  }
  const context = readEntry(contextEntry, newContexts);
  const clusterEntry = byName(configs, 'clusters', context.cluster);
  const userEntry = context.user ? byName(configs, 'users', context.user) : undefined;
  const missing = !clusterEntry ? `cluster ${JSON.stringify(context.cluster)}` : `user ${JSON.stringify(context.user)}`;
  if (!clusterEntry || (context.user && !userEntry)) {
    throw new NxKubeError(
      'configuration',
      `Context ${JSON.stringify(name)} names the ${missing}, which ${from} lacks.`,
      {
        next: 'Fix the kubeconfig, or choose another context.',
      },
    );
  }
  return {
    name,
    namespace: context.namespace ?? 'default',
    cluster: readCluster(clusterEntry),
    user: userEntry && readUser(userEntry),
  };
}

function byName(configs: readonly Kubeconfig[], list: List, name: string): Found | undefined {
  for (const { path, lists } of configs) {
    const index = lists[list].findIndex((entry) => entry.name === name);
    if (index >= 0) return { entry: lists[list][index]!, list, index, path };
  }
  return undefined;
}

async function readKubeconfig(path: string): Promise<Kubeconfig | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new NxKubeError('configuration', `The kubeconfig ${path} cannot be read.`, {
      next: 'Check its permissions.',
      cause: error,
    });
  }
  try {
    return parseKubeconfig(text, path);
  } catch (error) {
    throw notValid(path, error instanceof YAMLException ? yamlProblem(error) : (error as Error).message);
  }
}

function notValid(path: string, problem: string): NxKubeError {
  return new NxKubeError('configuration', `The kubeconfig ${path} is not valid: ${problem}.`, {
    next: 'Fix the file, or choose another context.',
  });
}

function parseKubeconfig(text: string, path: string): Kubeconfig {
  const raw = (load(text) ?? {}) as Record<string, unknown>;
  if (typeof raw !== 'object' || Array.isArray(raw)) throw new Error('it does not hold an object');
  const entries = (list: List) => (Array.isArray(raw[list]) ? (raw[list] as unknown[]) : []).map(asEntry);
  return {
    path,
    currentContext: (raw['current-context'] as string | undefined) || undefined,
    lists: { contexts: entries('contexts'), clusters: entries('clusters'), users: entries('users') },
  };
}

function asEntry(value: unknown): Entry {
  return typeof value === 'object' && value !== null ? (value as Entry) : {};
}

/** @throws NxKubeError ('configuration') that names the file and the field */
function readEntry<T>({ entry, list, index, path }: Found, read: (entries: Entry[]) => T[]): T {
  try {
    return read([entry])[0]!;
  } catch (error) {
    throw notValid(path, (error as Error).message.replace(`${list}[0]`, `${list}[${index}]`));
  }
}

function readCluster(found: Found): ClusterEntry {
  const cluster = readEntry(found, newClusters);
  return { ...cluster, caFile: absolute(cluster.caFile, found.path) };
}

function readUser(found: Found): UserEntry {
  const raw = (found.entry['user'] ?? {}) as Record<string, unknown>;
  const entry = { ...found.entry, user: { ...raw, 'token-file': undefined } };
  const user = readEntry({ ...found, entry }, newUsers);
  return {
    ...user,
    certFile: absolute(user.certFile, found.path),
    keyFile: absolute(user.keyFile, found.path),
    exec: user.exec ? { ...user.exec, command: absoluteCommand(user.exec.command, dirname(found.path)) } : undefined,
    tokenFile: absolute(raw['tokenFile'] as string | undefined, found.path),
    impersonateGroups: raw['as-groups'] as string[] | undefined,
  };
}

/** Paths in a kubeconfig are relative to its folder. */
function absolute<T extends string | undefined | null>(path: T, kubeconfig: string): T {
  return path && !isAbsolute(path) ? (join(dirname(kubeconfig), path) as T) : path;
}

/** Makes a relative path absolute to the kubeconfig's folder. A bare name stays: it is looked up in PATH. */
function absoluteCommand(command: unknown, directory: string): unknown {
  const isRelativePath = typeof command === 'string' && /[\\/]/.test(command) && !isAbsolute(command);
  return isRelativePath ? join(directory, command) : command;
}
