import type { TargetConfiguration } from '@nx/devkit';
import { posix } from 'node:path';
import type { ControllerContext } from './context.js';
import { executorHelp, metadata, toolVersion } from './target.js';

export function kustomizeBuildTarget(context: ControllerContext): TargetConfiguration {
  const { project, root, names, controller, manifestInputs } = context;
  return {
    executor: '@nx-kube/executors:kustomize-build',
    cache: true,
    inputs: [
      '{projectRoot}/config/**/*',
      '!{projectRoot}/config/**/*.go',
      ...manifestInputs.map((file) => `{workspaceRoot}/${file}`),
      toolVersion,
    ],
    outputs: ['{options.output}'],
    options: { path: controller.kustomization, output: posix.join('dist', root, 'manifests.yaml') },
    metadata: metadata('Renders the manifests of config/default', executorHelp(project, names.kustomizeBuild!), {
      options: { path: 'config/overlays/local' },
    }),
  };
}
