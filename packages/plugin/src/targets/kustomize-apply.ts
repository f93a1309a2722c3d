import type { TargetConfiguration } from '@nx/devkit';
import { over } from '../controller/configured-options.js';
import type { TargetOptions } from '../files/readers.js';
import type { ControllerContext } from './context.js';
import { binaries, images, manifests, readBy } from './places.js';
import { executorHelp, metadata } from './target.js';

export function kustomizeApplyTarget(context: ControllerContext): TargetConfiguration {
  const { project, names } = context;
  const { options, configurations } = [
    readBy('binary', binaries(context)),
    readBy('manifests', manifests(context)),
    readBy('image', images(context)),
  ].reduce<TargetOptions>(over, { options: {}, configurations: {} });
  return {
    executor: '@nx-kube/executors:kustomize-apply',
    cache: false,
    dependsOn: [names.kustomizeBuild!, names.imageBuild!],
    ...{ options, configurations },
    metadata: metadata(
      'Applies the manifests to the cluster, waits until they are ready, prunes removed objects',
      executorHelp(project, names.kustomizeApply!),
      { args: ['--dryRun'] },
    ),
  };
}
