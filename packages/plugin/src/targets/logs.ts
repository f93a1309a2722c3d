import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

/** The target logs. It depends on no target, so that logs can be read while the manifests cannot be rendered. */
export function logsTarget({ project, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:logs',
    cache: false,
    options: { kustomizeApply: names.kustomizeApply! },
    metadata: metadata('Shows the logs of the pods', executorHelp(project, names.logs!), {
      args: ['--selector=app=registry', '--since=10m', '--follow'],
    }),
  };
}
