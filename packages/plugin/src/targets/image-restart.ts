import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { binaries, readBy } from './places.js';
import { executorHelp, metadata } from './target.js';

export function imageRestartTarget(context: ControllerContext): TargetConfiguration {
  const { project, names } = context;
  const { options, configurations } = readBy('binary', binaries(context));
  return {
    executor: '@nx-kube/executors:image-restart',
    cache: false,
    dependsOn: [names.goBuild!, names.kustomizeBuild!, names.imageBuild!],
    options: { kustomizeApply: names.kustomizeApply!, ...options },
    configurations,
    metadata: metadata(
      'Swaps the current binary into the running pods and restarts the process',
      executorHelp(project, names.imageRestart!),
      { options: { gracePeriod: 30 } },
    ),
  };
}
