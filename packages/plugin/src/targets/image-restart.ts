import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

export function imageRestartTarget({ project, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:image-restart',
    cache: false,
    dependsOn: [names.goBuild!, names.kustomizeBuild!, names.imageBuild!],
    options: { kustomizeApply: names.kustomizeApply! },
    metadata: metadata(
      'Brings the running pods to the current binary and restarts its process',
      executorHelp(project, names.imageRestart!),
      { options: { gracePeriod: 30 } },
    ),
  };
}
