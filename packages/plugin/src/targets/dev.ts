import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata } from './target.js';

/**
 * The target dev. It depends on no target: the loop runs them itself, so that it survives a compile error at its start.
 */
export function devTarget({ project, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:dev',
    continuous: true,
    cache: false,
    options: {
      goBuild: names.goBuild!,
      kustomizeBuild: names.kustomizeBuild!,
      imageBuild: names.imageBuild!,
      kustomizeApply: names.kustomizeApply!,
      ...(names.delveBuild && { delveBuild: names.delveBuild }),
    },
    ...(names.delveBuild && { configurations: { debug: { debug: true } } }),
    metadata: metadata(
      'Brings the controller up in the cluster and keeps it current with every edit',
      executorHelp(project, names.dev!),
      { args: ['--once'] },
    ),
  };
}
