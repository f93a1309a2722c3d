import type { ExecutorContext } from '@nx/devkit';
import { connect, type Cluster, type ConnectOptions } from '@nx-kube/cluster';
import { projectOf } from '../nx/project.js';
import { filledOptions, filledSiblingOptions } from './nx-options.js';

/** The options of every target that touches a cluster: which one it is. */
export interface ClusterOptions extends Pick<ConnectOptions, 'context' | 'allowContexts'> {
  /** Target of the same project whose cluster it is, unless the other options name one. Default: none. */
  kustomizeApply?: string;
}

/**
 * Connects to the cluster that the options choose, runs `work` and closes the connection when it ends.
 *
 * @returns what `work` returns
 * @throws NxKubeError (configuration) where the context may not be touched
 */
export async function withCluster<T>(
  options: ClusterOptions,
  context: ExecutorContext,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await connect(connectOptions(options, context));
  try {
    return await work(cluster);
  } finally {
    await cluster.close();
  }
}

/**
 * Which cluster a target works in: its own options win over those of the apply target.
 *
 * @throws NxKubeError (configuration) where the project has no such apply target
 */
export function connectOptions(
  { kustomizeApply, ...own }: ClusterOptions,
  context: ExecutorContext,
): Pick<ConnectOptions, 'context' | 'allowContexts'> {
  const apply = kustomizeApply !== undefined && filledSiblingOptions(context, 'kustomize-apply', kustomizeApply);
  if (!apply) return { context: own.context, allowContexts: own.allowContexts };
  return { context: own.context ?? apply.context, allowContexts: own.allowContexts ?? apply.allowContexts };
}

/** The same options for a target that needs no apply target: one that has the default name may be missing. */
export function withOptionalApply(options: ClusterOptions, context: ExecutorContext): ClusterOptions {
  const { kustomizeApply: usual } = filledOptions('secrets', {});
  const { kustomizeApply = usual } = options;
  const { targets = {} } = context.projectsConfigurations.projects[projectOf(context).name]!;
  return { ...options, kustomizeApply: kustomizeApply === usual && !targets[usual] ? undefined : kustomizeApply };
}
