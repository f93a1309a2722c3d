import type { TargetConfiguration } from '@nx/devkit';
import type { ControllerContext } from './context.js';
import { goBuildInputs } from './go-inputs.js';
import { executorHelp, metadata, toolVersion } from './target.js';

/** Where `go-build` puts the binary that is debugged. */
export const debugBinary = 'bin/debug/manager';

export function goBuildTarget({ project, names, sources, controller }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:go-build',
    cache: true,
    inputs: [...goBuildInputs(sources), toolVersion],
    outputs: ['{projectRoot}/{options.output}'],
    options: { main: controller.main, output: 'bin/manager' },
    configurations: {
      release: { output: 'bin/release/manager', trimpath: true },
      // A file of its own: going to and fro between the two, go links neither anew.
      debug: { output: debugBinary, gcflags: 'all=-N -l', ldflags: '' },
    },
    metadata: metadata('Compiles the controller', executorHelp(project, names.goBuild!), {
      options: { tags: ['integration'], ldflags: ['-s', '-w'] },
    }),
  };
}
