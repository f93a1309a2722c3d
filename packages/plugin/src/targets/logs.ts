import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

/** It depends on no target: the log is there to be read also while the manifests cannot be rendered. */
export function logsTarget({ project, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:logs',
    cache: false,
    options: { kustomizeApply: names.kustomizeApply! },
    metadata: metadata('Shows what the pods have written', executorHelp(project, names.logs!), {
      args: ['--selector=app=registry', '--since=10m', '--follow'],
    }),
  };
}
