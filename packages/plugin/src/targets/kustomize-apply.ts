import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

export function kustomizeApplyTarget({ project, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:kustomize-apply',
    cache: false,
    dependsOn: [names.kustomizeBuild!, names.imageBuild!],
    metadata: metadata(
      'Applies the manifests to the cluster, waits until they are ready, prunes what is gone',
      executorHelp(project, names.kustomizeApply!),
      { args: ['--dryRun'] },
    ),
  };
}
