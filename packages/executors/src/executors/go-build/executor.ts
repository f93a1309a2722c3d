import { stat } from 'node:fs/promises';
import type { ExecutorContext } from '@nx/devkit';
import { duration, size } from '../../format/units.js';
import type { GoBuild } from '../../go/arguments.js';
import { buildGo } from '../../go/build.js';
import { printNotCached } from '../../nx/not-cached.js';
import { fromTimeToTime, print, printError, shortPath } from '../../nx/print.js';
import { projectOf, projectPath } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { filledOptions } from '../nx-options.js';
import type { GoBuildOptions } from './schema.js';

export default function goBuild(options: GoBuildOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    printNotCached(context);
    const result = await buildGo(normalize(options, context), {
      signal,
      onOutput: printError,
      onProgress: fromTimeToTime(({ compiled, total }) => print(`compiled ${compiled} of ${total ?? '…'} packages`)),
    });
    if (!result.ok) return false;
    const { size: bytes } = await stat(result.path);
    print(`Built ${shortPath(context.root, result.path)} (${size(bytes)}) in ${duration(result.ms)}`);
    return true;
  });
}

/** The options as the core takes them: paths absolute, everything else as given or by default. */
export function normalize(options: GoBuildOptions, context: ExecutorContext): GoBuild {
  const project = projectOf(context);
  const { output, ...rest } = filledOptions('go-build', options);
  return {
    ...rest,
    directory: project.directory,
    root: project.workspaceRoot,
    output: projectPath(project, output),
  };
}
