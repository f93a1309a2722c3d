import type { ExecutorContext } from '@nx/devkit';
import { duration, size } from '../../format/units.js';
import { absolute, binaryPathIn } from '../../image/build/binary-path.js';
import { buildImage } from '../../image/build/build.js';
import type { ImageBuild } from '../../image/build/plan.js';
import { print, printError, shortPath } from '../../nx/print.js';
import { projectOf, projectPath, workspacePath } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import type { ImageBuildOptions } from './schema.js';

export default function imageBuild(
  options: ImageBuildOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const result = await buildImage(await normalize(options, context), { signal, onOutput: printError });
    if (!result.ok) return false;
    const { name, tag, platform, digest } = result.image;
    const what = `${name}:${tag}, ${platform.os}/${platform.architecture}, ${size(result.bytes)}, ${digest.slice(0, 19)}`;
    print(`Built ${shortPath(context.root, result.archive)} (${what}) in ${duration(result.ms)}`);
    return true;
  });
}

/** The options as the core takes them: paths absolute, what is not said found out. */
export async function normalize(options: ImageBuildOptions, context: ExecutorContext): Promise<ImageBuild> {
  const project = projectOf(context);
  const inProject = (path: string) => projectPath(project, path);
  const { dockerfile, binary = 'bin/manager', output = 'dist/{projectRoot}/image', buildArgs = {}, target } = options;
  return {
    name: options.name ?? imageNameOf(project.name),
    output: workspacePath(project, output),
    binary: inProject(binary),
    release: options.release,
    builder: options.builder,
    from: dockerfile
      ? {
          dockerfile: inProject(dockerfile),
          context: inProject(options.context ?? '.'),
          only: options.only?.length ? options.only : undefined,
          buildArgs,
          target,
        }
      : {
          baseImage: options.baseImage ?? 'scratch',
          binaryPath: await binaryPath(options, context),
          user: options.user ?? '65532:65532',
          labels: options.labels ?? {},
        },
  };
}

async function binaryPath(options: ImageBuildOptions, context: ExecutorContext): Promise<string> {
  if (options.binaryPath) return absolute(options.binaryPath);
  const project = projectOf(context);
  const manifests = workspacePath(project, options.manifests ?? 'dist/{projectRoot}/manifests.yaml');
  return binaryPathIn(manifests, { workload: options.workload, container: options.container, project: project.name });
}

/** Names of projects may hold what names of images may not: `@Acme/one` → `acme-one`. */
function imageNameOf(project: string): string {
  return project
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
