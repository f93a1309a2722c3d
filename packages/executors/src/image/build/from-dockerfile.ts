import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { contentTag } from '../archive/content-tag.js';
import { binaryPlatform } from './binary-platform.js';
import { contextDigest, copyContext } from './build-context.js';
import type { FromDockerfile, ImageBuild, BuildImageOptions, MadeImage } from './plan.js';
import { runBuilder } from './run-builder.js';

/**
 * Makes an image from the user's Dockerfile.
 *
 * @param work folder for temporary files of this build
 * @throws NxKubeError (configuration) for the Dockerfile, the context or the builder
 */
export async function fromDockerfile(
  build: ImageBuild,
  from: FromDockerfile,
  work: string,
  control: BuildImageOptions,
): Promise<MadeImage> {
  const { dockerfile, only, buildArgs, target } = from;
  const text = await readFile(dockerfile, 'utf8').catch((cause) => {
    throw new NxKubeError('configuration', `"dockerfile": ${dockerfile} cannot be read.`, {
      next: 'Correct the path, or remove the option: an image of the binary alone needs no Dockerfile.',
      cause,
    });
  });
  const context = only ? join(work, 'context') : from.context;
  if (only) await copyContext(from.context, only, context);
  const { release = false } = build;
  const binary = join(context, relative(from.context, build.binary));
  const files = await contextDigest({
    context,
    dockerfile,
    without: release ? [build.output] : [build.output, binary],
    goSources: release,
  });
  // Without a binary on this machine the Dockerfile builds one, and the builder chooses the platform.
  const platform = await binaryPlatform(build.binary).catch(() => undefined);
  const tag = contentTag({ text, buildArgs, target, platform, files });
  return runBuilder(build, { tag, dockerfile, context, platform, buildArgs, target }, work, control);
}
