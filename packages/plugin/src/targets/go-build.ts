import type { TargetConfiguration } from '@nx/devkit';
import { isFromWorkspace, projectPath } from '../controller/option-paths.js';
import { nxGlob } from '../files/nx-glob.js';
import type { ControllerContext } from './context.js';
import { goBuildInputs, goReads } from './go-inputs.js';
import { binaries } from './places.js';
import { inRoot, isPlain, withReads } from './reads.js';
import { executorHelp, metadata, toolVersion } from './target.js';

export function goBuildTarget(context: ControllerContext): TargetConfiguration {
  const { project, names, sources, controller } = context;
  const { path, configurations } = binaries(context);
  const fromWorkspace = [path, ...Object.values(configurations)].filter((output) => isFromWorkspace(output, context));
  const special = fromWorkspace.map((output) => projectPath(output, context)).filter((output) => !isPlain(output));
  const { root } = context;
  const target = {
    executor: '@nx-kube/executors:go-build',
    cache: true,
    inputs: [...goBuildInputs(root, sources), toolVersion],
    // If the option is relative to the workspace, the first path does not exist, which is harmless.
    outputs: [
      `${inRoot(root)}/{options.output}`,
      ...(fromWorkspace.length ? ['{options.output}'] : []),
      ...special.map((output) => `{workspaceRoot}/${nxGlob(output)}`),
    ],
    options: { main: controller.main, output: path },
    configurations: {
      release: { output: configurations['release']!, trimpath: true },
      debug: { output: configurations['debug']!, gcflags: 'all=-N -l', ldflags: '' },
    },
    metadata: metadata('Compiles the controller', executorHelp(project, names.goBuild!), {
      options: { tags: ['integration'], ldflags: ['-s', '-w'] },
    }),
  };
  return withReads(target, { alsoReads: goReads(root, sources), hidden: sources.hidden });
}
