import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { nxGlob } from '../files/nx-glob.js';
import type { ControllerContext } from './context.js';
import { inRoot } from './reads.js';
import { executorHelp, metadata, toolVersion } from './target.js';

export function delveBuildTarget({ project, root, names }: ControllerContext): TargetConfiguration {
  return {
    executor: '@nx-kube/executors:delve-build',
    cache: true,
    inputs: [
      // The Go version of the project, which Delve must support.
      `${inRoot(root)}/go.mod`,
      { runtime: 'go env GOVERSION GOARCH' },
      toolVersion,
    ],
    outputs: [`{workspaceRoot}/${nxGlob(posix.join('dist', root, 'delve'))}`],
    options: { output: posix.join('dist', root, 'delve', 'dlv') },
    metadata: metadata(
      'Builds Delve, the debugger, for the nodes of the cluster',
      executorHelp(project, names.delveBuild!),
      {
        options: { version: '1.27.2' },
      },
    ),
  };
}
