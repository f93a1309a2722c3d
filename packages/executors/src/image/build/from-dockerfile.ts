import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { contentTag } from '../archive/content-tag.js';
import { binaryPlatform } from './binary-platform.js';
import { contextDigest, copyContext } from './build-context.js';
import type { FromDockerfile, ImageBuild, BuildImageOptions, MadeImage } from './plan.js';
import { runBuilder } from './run-builder.js';

/** @param work a folder for files that need not outlive the build */
export async function fromDockerfile(
  build: ImageBuild,
  from: FromDockerfile,
  work: string,
  control: BuildImageOptions,
): Promise<MadeImage> {
  const { dockerfile, only, buildArgs, target } = from;
  const text = await readFile(dockerfile, 'utf8').catch((cause) => {
    throw new NxKubeError('configuration', `"dockerfile": ${dockerfile} cannot be read`, {
      next: 'Correct the path, or leave the option out: an image of the binary alone needs no Dockerfile.',
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
  // Without a binary here the Dockerfile builds its own, and the builder decides for what.
  const platform = await binaryPlatform(build.binary).catch(() => undefined);
  const tag = contentTag({ text, buildArgs, target, platform, files });
  return runBuilder(build, { tag, dockerfile, context, platform, buildArgs, target }, work, control);
}
