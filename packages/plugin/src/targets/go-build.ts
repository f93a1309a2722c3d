import type { TargetConfiguration } from '@nx/devkit';
import { isFromWorkspace } from '../controller/option-paths.js';
import type { ControllerContext } from './context.js';
import { goBuildInputs } from './go-inputs.js';
import { binaries } from './places.js';
import { executorHelp, metadata, toolVersion } from './target.js';

export function goBuildTarget(context: ControllerContext): TargetConfiguration {
  const { project, names, sources, controller } = context;
  const { path, configurations } = binaries(context);
  const anyFromWorkspace = [path, ...Object.values(configurations)].some((output) => isFromWorkspace(output, context));
  return {
    executor: '@nx-kube/executors:go-build',
    cache: true,
    inputs: [...goBuildInputs(sources), toolVersion],
    // If the option is relative to the workspace, the first path does not exist, which is harmless.
    outputs: ['{projectRoot}/{options.output}', ...(anyFromWorkspace ? ['{options.output}'] : [])],
    options: { main: controller.main, output: path },
    configurations: {
      release: { output: configurations['release']!, trimpath: true },
      debug: { output: configurations['debug']!, gcflags: 'all=-N -l', ldflags: '' },
    },
    metadata: metadata('Compiles the controller', executorHelp(project, names.goBuild!), {
      options: { tags: ['integration'], ldflags: ['-s', '-w'] },
    }),
  };
}
