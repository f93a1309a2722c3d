import type { ExecutorContext } from '@nx/devkit';
import { duration } from '../../format/units.js';
import { renderManifests, type Render } from '../../kustomize/render.js';
import { printNotCached } from '../../nx/not-cached.js';
import { print, printError, shortPath } from '../../nx/print.js';
import { projectOf, projectPath, workspacePath } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { filledOptions } from '../nx-options.js';
import type { KustomizeBuildOptions } from './schema.js';

export default function kustomizeBuild(
  options: KustomizeBuildOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    printNotCached(context);
    const result = await renderManifests(normalize(options, context), { signal });
    if (!result.ok) {
      if (!result.cancelled) printError(result.diagnostics);
      return false;
    }
    result.warnings.forEach(printError);
    const count = result.objects.length === 1 ? '1 object' : `${result.objects.length} objects`;
    print(`Rendered ${shortPath(context.root, result.path)} (${count}) in ${duration(result.ms)}`);
    return true;
  });
}

/** The options as the core takes them: paths absolute, everything else as given or by default. */
export function normalize(options: KustomizeBuildOptions, context: ExecutorContext): Render {
  const project = projectOf(context);
  const { path, output, ...rest } = filledOptions('kustomize-build', options);
  return { ...rest, path: projectPath(project, path), output: workspacePath(project, output) };
}
