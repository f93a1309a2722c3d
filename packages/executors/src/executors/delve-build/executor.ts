import type { ExecutorContext } from '@nx/devkit';
import { buildDelve, type DelveBuild } from '../../delve/build-delve.js';
import { duration } from '../../format/units.js';
import { print, printError, shortPath } from '../../nx/print.js';
import { projectOf, workspacePath } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { filledOptions } from '../nx-options.js';
import type { DelveBuildOptions } from './schema.js';

export default function delveBuild(
  options: DelveBuildOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const build = normalize(options, context);
    const result = await buildDelve(build, { signal });
    if (!result.ok) {
      if (!result.cancelled) printError(result.diagnostics);
      return false;
    }
    print(`Built Delve ${build.version}: ${shortPath(context.root, result.path)} in ${duration(result.ms)}`);
    return true;
  });
}

/** The options as the core takes them: paths absolute. */
export function normalize(options: DelveBuildOptions, context: ExecutorContext): DelveBuild & { version: string } {
  const project = projectOf(context);
  const { output, ...rest } = filledOptions('delve-build', options);
  return { ...rest, directory: project.directory, output: workspacePath(project, output) };
}
