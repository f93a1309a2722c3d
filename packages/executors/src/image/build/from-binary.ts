import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { contentTag } from '../archive/content-tag.js';
import { packProgram } from '../archive/layer.js';
import { sha256 } from '../archive/sha256.js';
import { binaryPlatform } from './binary-platform.js';
import { generatedDockerfile } from './generated-dockerfile.js';
import type { FromBinary, ImageBuild, BuildImageOptions, MadeImage } from './plan.js';
import { programConfig } from './program-config.js';
import { runBuilder } from './run-builder.js';

/**
 * Makes an image of a base image and the binary. From `scratch` it needs no builder.
 *
 * @param work folder for temporary files of this build
 * @throws NxKubeError (configuration) for the user, the binary or the builder
 */
export async function fromBinary(
  build: ImageBuild,
  from: FromBinary,
  work: string,
  control: BuildImageOptions,
): Promise<MadeImage> {
  const { binaryPath, asCmd, user, labels } = from;
  requireUser(user);
  const platform = await binaryPlatform(build.binary);
  const tag = contentTag({ ...from, platform, binary: build.release ? await sha256(build.binary) : undefined });
  if (from.baseImage === 'scratch') {
    const layer = await packProgram({ file: build.binary, path: binaryPath }, join(work, 'layer'));
    const process = asCmd ? { entrypoint: [], cmd: [binaryPath] } : { entrypoint: [binaryPath] };
    const config = programConfig({ platform, ...process, user, labels, diffIds: [layer.diffId] });
    return { tag, config, layers: [layer] };
  }
  const context = join(work, 'context');
  const binary = posix.basename(binaryPath);
  await mkdir(context);
  await copyFile(build.binary, join(context, binary));
  await chmod(join(context, binary), 0o755);
  const dockerfile = join(work, 'Dockerfile');
  await writeFile(dockerfile, generatedDockerfile({ ...from, binary }));
  return runBuilder(build, { tag, dockerfile, context, platform, buildArgs: {} }, work, control);
}

/** Checks that the user is a number: Kubernetes cannot verify `runAsNonRoot` for a name. */
function requireUser(user: string): void {
  if (/^\d+(:\d+)?$/.test(user)) return;
  throw new NxKubeError('configuration', `"user": "${user}" is not numeric.`, {
    next: 'Write it as uid or uid:gid, such as 65532:65532.',
  });
}
