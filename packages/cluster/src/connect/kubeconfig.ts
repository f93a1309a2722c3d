import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
// client-node's index and its KubeConfig class pull in every generated model: 80 MB of memory and most of a second. These two hold
// the same reading of kubeconfig without them.
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import type { Cluster as ClusterEntry, User } from '@kubernetes/client-node/dist/config_types.js';
import { load, YAMLException } from 'js-yaml';
import { NxKubeError } from '../errors.js';
import { yamlProblem } from '../object/yaml-problem.js';

/** A user of kubeconfig, with what client-node's reading leaves out. */
export interface UserEntry extends User {
  tokenFile?: string;
  impersonateGroups?: readonly string[];
}

/** One context of kubeconfig, resolved. */
export interface KubeconfigContext {
  name: string;
  namespace: string;
  cluster: ClusterEntry;
  /** Absent where the context names none: anonymous. */
  user?: UserEntry;
}

interface Kubeconfig {
  currentContext?: string;
  contexts: { name: string; cluster: string; user?: string; namespace?: string }[];
  clusters: ClusterEntry[];
  users: UserEntry[];
}

/** The files that kubectl would read. */
export function kubeconfigPaths(explicit?: string, env: NodeJS.ProcessEnv = process.env): string[] {
  if (explicit) return [resolve(explicit)];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  return listed.length > 0 ? listed.map((path) => resolve(path)) : [join(homedir(), '.kube', 'config')];
}

/**
 * Reads and merges kubeconfig files, and picks a context. As with kubectl the first file that says something wins, and files
 * that do not exist are passed over as long as one does.
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
  const context = byName(configs, 'contexts', name);
  if (!context) {
    const known = [...new Set(configs.flatMap(({ contexts }) => contexts.map((c) => c.name)))].sort();
    throw new NxKubeError('configuration', `The kubeconfig ${from} has no context ${JSON.stringify(name)}.`, {
      next: known.length > 0 ? `Choose one of: ${known.join(', ')}.` : 'Start a local cluster, or set KUBECONFIG.',
    });
  }
  const cluster = byName(configs, 'clusters', context.cluster);
  const user = context.user ? byName(configs, 'users', context.user) : undefined;
  const missing = !cluster ? `cluster ${JSON.stringify(context.cluster)}` : `user ${JSON.stringify(context.user)}`;
  if (!cluster || (context.user && !user)) {
    throw new NxKubeError(
      'configuration',
      `Context ${JSON.stringify(name)} names the ${missing}, which ${from} lacks.`,
      {
        next: 'Mend the kubeconfig, or choose another context.',
      },
    );
  }
  return { name, namespace: context.namespace ?? 'default', cluster, user };
}

function byName<K extends 'contexts' | 'clusters' | 'users'>(
  configs: readonly Kubeconfig[],
  list: K,
  name: string,
): Kubeconfig[K][number] | undefined {
  for (const config of configs) {
    const found = (config[list] as readonly Kubeconfig[K][number][]).find((entry) => entry.name === name);
    if (found) return found;
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
    return parseKubeconfig(text, dirname(path));
  } catch (error) {
    const problem = error instanceof YAMLException ? yamlProblem(error) : (error as Error).message;
    throw new NxKubeError('configuration', `The kubeconfig ${path} is not valid: ${problem}.`, {
      next: 'Mend the file.',
    });
  }
}

function parseKubeconfig(text: string, directory: string): Kubeconfig {
  const raw = (load(text) ?? {}) as Record<string, unknown>;
  if (typeof raw !== 'object' || Array.isArray(raw)) throw new Error('it does not hold an object');
  const absolute = <T extends string | undefined | null>(path: T): T =>
    path && !isAbsolute(path) ? (join(directory, path) as T) : path;
  const rawUsers = (Array.isArray(raw.users) ? raw.users : []) as { name?: string; user?: Record<string, unknown> }[];
  const users = newUsers(rawUsers.map((entry) => ({ ...entry, user: { ...entry.user, 'token-file': undefined } })));
  return {
    currentContext: (raw['current-context'] as string | undefined) || undefined,
    contexts: newContexts(raw.contexts),
    clusters: newClusters(raw.clusters).map((cluster) => ({ ...cluster, caFile: absolute(cluster.caFile) })),
    users: users.map((user, index) => {
      const rawUser = rawUsers[index]?.user ?? {};
      return {
        ...user,
        certFile: absolute(user.certFile),
        keyFile: absolute(user.keyFile),
        exec: user.exec ? { ...user.exec, command: absoluteCommand(user.exec.command, directory) } : undefined,
        tokenFile: absolute(rawUser.tokenFile as string | undefined),
        impersonateGroups: rawUser['as-groups'] as string[] | undefined,
      };
    }),
  };
}

/** A bare name is looked up in PATH; a path is relative to the kubeconfig. */
function absoluteCommand(command: unknown, directory: string): unknown {
  const isRelativePath = typeof command === 'string' && /[\\/]/.test(command) && !isAbsolute(command);
  return isRelativePath ? join(directory, command) : command;
}
