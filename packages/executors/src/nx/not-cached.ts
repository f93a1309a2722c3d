import type { ExecutorContext, ProjectGraph, TargetConfiguration } from '@nx/devkit';
import { print } from './print.js';
import { projectOf } from './project.js';
import type { ReadsMetadata } from './target-inputs.js';

/** Set for runs of targets by the loop, which has said itself why a target is not cached. */
export const inLoop = 'NX_KUBE_IN_LOOP';

/**
 * Why a target is not cached, as a sentence; undefined where it is cached, or where the user's configuration says so.
 * Pure.
 */
export function notCachedReason(
  name: string,
  target: Pick<TargetConfiguration, 'cache' | 'metadata'> | undefined,
): string | undefined {
  const { notCached } = (target?.metadata ?? {}) as ReadsMetadata;
  return notCached && !target?.cache ? `${name} is not cached: ${notCached}` : undefined;
}

/** Prints why the target that runs is not cached, if it is not. */
export function printNotCached(context: ExecutorContext): void {
  if (process.env[inLoop]) return;
  const { targetName: name = '' } = context;
  const { targets = {} } = context.projectsConfigurations.projects[projectOf(context).name]!;
  const reason = notCachedReason(name, targets[name]);
  if (reason) print(reason);
}

/** Why targets of a project are not cached, by their names. Pure. */
export function notCachedTargets(project: string, names: readonly string[], graph: ProjectGraph): Map<string, string> {
  const { targets = {} } = graph.nodes[project]!.data;
  return new Map(
    names.flatMap((name): [string, string][] => {
      const reason = notCachedReason(name, targets[name]);
      return reason ? [[name, reason]] : [];
    }),
  );
}
