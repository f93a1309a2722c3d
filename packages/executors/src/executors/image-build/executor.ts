import type { ExecutorContext } from '@nx/devkit';
import { duration, size } from '../../format/units.js';
import { binaryArgumentIn, binaryPathIn } from '../../image/build/binary-path.js';
import { buildImage } from '../../image/build/build.js';
import type { FromBinary, ImageBuild } from '../../image/build/plan.js';
import { printNotCached } from '../../nx/not-cached.js';
import { print, printError, shortPath } from '../../nx/print.js';
import { projectOf, projectPath, workspacePath } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { pathOf } from '../../workload/find-program.js';
import { filledOptions } from '../nx-options.js';
import type { FilledImageBuildOptions, ImageBuildOptions } from './schema.js';

export default function imageBuild(
  options: ImageBuildOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    printNotCached(context);
    const result = await buildImage(await normalize(options, context), { signal, onOutput: printError });
    if (!result.ok) return false;
    const { name, tag, platform, digest } = result.image;
    const what = `${name}:${tag}, ${platform.os}/${platform.architecture}, ${size(result.bytes)}, ${digest.slice(0, 19)}`;
    print(`Built ${shortPath(context.root, result.archive)} (${what}) in ${duration(result.ms)}`);
    return true;
  });
}

/** The options as the core takes them: paths absolute, what is not given looked up. */
export async function normalize(given: ImageBuildOptions, context: ExecutorContext): Promise<ImageBuild> {
  const options = filledOptions('image-build', given);
  const project = projectOf(context);
  const inProject = (path: string) => projectPath(project, path);
  const { dockerfile, only, buildArgs, target, baseImage, user, labels } = options;
  return {
    name: options.name ?? imageNameOf(project.name),
    output: workspacePath(project, options.output),
    binary: inProject(options.binary),
    release: options.release,
    builder: options.builder,
    from: dockerfile
      ? {
          dockerfile: inProject(dockerfile),
          context: inProject(options.context),
          only: only.length ? only : undefined,
          ...{ buildArgs, target },
        }
      : { baseImage, ...(await binaryPlace(options, context)), user, labels },
  };
}

/** Where the image has the binary, and how the image starts it. */
async function binaryPlace(
  options: FilledImageBuildOptions,
  context: ExecutorContext,
): Promise<Pick<FromBinary, 'binaryPath' | 'asCmd'>> {
  if (options.binaryPath) return { binaryPath: pathOf(options.binaryPath) };
  const project = projectOf(context);
  const { workload, container, baseImage, binary } = options;
  const choice = { workload, container, project: project.name, baseImage };
  const manifests = workspacePath(project, options.manifests);
  const argument = await binaryArgumentIn(manifests, choice, binary);
  if (argument !== undefined) return { binaryPath: argument, asCmd: true };
  return { binaryPath: await binaryPathIn(manifests, choice) };
}

/** Names of projects may hold what names of images may not: `@Acme/one` → `acme-one`. */
function imageNameOf(project: string): string {
  return project
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
