import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { manifests } from './places.js';
import { executorHelp, metadata, toolVersion } from './target.js';

export function kustomizeBuildTarget(context: ControllerContext): TargetConfiguration {
  const { project, names, controller, manifestInputs } = context;
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
    options: { path: controller.kustomization, output: manifests(context).path },
    metadata: metadata('Renders the manifests of config/default', executorHelp(project, names.kustomizeBuild!), {
      options: { path: 'config/overlays/local' },
    }),
  };
}
