import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

export function downTarget({ project, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:down',
    cache: false,
    options: { kustomizeApply: names.kustomizeApply! },
    metadata: metadata('Removes the applied objects from the cluster', executorHelp(project, names.down!), {
      args: ['--crds'],
    }),
  };
}
