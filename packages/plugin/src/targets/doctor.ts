import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

/** The target doctor. It depends on no target, because it explains why targets fail. */
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
      'Shows missing requirements of this machine and the cluster, with the next step',
      executorHelp(project, names.doctor!),
      { args: ['--output=json'] },
    ),
  };
}
