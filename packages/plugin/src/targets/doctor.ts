import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

/** It depends on no target: it is there to say why they fail. */
export function doctorTarget({ project, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:doctor',
    cache: false,
    options: {
      goBuild: names.goBuild!,
      kustomizeBuild: names.kustomizeBuild!,
      imageBuild: names.imageBuild!,
      kustomizeApply: names.kustomizeApply!,
    },
    metadata: metadata(
      'Shows what is missing on this machine and in the cluster, with the next step',
      executorHelp(project, names.doctor!),
      { args: ['--output=json'] },
    ),
  };
}
