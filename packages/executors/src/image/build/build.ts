import { stat } from 'node:fs/promises';
import type { Outcome } from '../../process/outcome.js';
import { withTemporaryFolder } from '../../process/temporary.js';
import { archiveIn, deliveredTag, writeImageOutput, type ImageOutput } from '../archive/image-output.js';
import type { ImageConfig } from '../archive/oci.js';
import { writeArchive } from '../archive/write-archive.js';
import { requireName } from '../registry/registry-address.js';
import { fromBinary } from './from-binary.js';
import { fromDockerfile } from './from-dockerfile.js';
import type { ImageBuild, BuildImageOptions } from './plan.js';

export type ImageBuildResult = Outcome<{
  image: ImageOutput;
  /** Absolute path of the OCI archive. */
  archive: string;
  /** Size (bytes) of the archive. */
  bytes: number;
}>;

/**
 * Builds an image as an OCI archive. Its tag is a digest of its inputs, without the binary unless `release` is set: the
 * loop delivers the binary to the pods, so an edit of Go code needs no new image.
 *
 * @throws NxKubeError (configuration) for mistakes in the options, the binary or the builder
 */
export async function buildImage(build: ImageBuild, control: BuildImageOptions = {}): Promise<ImageBuildResult> {
  const started = performance.now();
  const ms = () => performance.now() - started;
  requireName(build.name);
  try {
    return await withTemporaryFolder('image', (work) => buildWithin(work, build, control, ms));
  } catch (error) {
    if (control.signal?.aborted) return { ok: false, cancelled: true, ms: ms() };
    throw error;
  }
}

/**
 * @param work absolute path of a folder for temporary files
 * @param ms returns the time (ms) since the build began
 */
async function buildWithin(
  work: string,
  build: ImageBuild,
  control: BuildImageOptions,
  ms: () => number,
): Promise<ImageBuildResult> {
  const { name, output, from } = build;
  const made = await ('dockerfile' in from
    ? fromDockerfile(build, from, work, control)
    : fromBinary(build, from, work, control));
  if (control.signal?.aborted) return { ok: false, cancelled: true, ms: ms() };
  if ('diagnostics' in made) return { ok: false, cancelled: false, diagnostics: made.diagnostics, ms: ms() };

  const { tag, config, layers } = made;
  const archive = archiveIn(output);
  const content = { name, tag: (digest: string) => deliveredTag({ tag, digest }), config, layers };
  const digest = await writeArchive(content, archive);
  const { os, architecture, config: run = {} } = JSON.parse(config.toString()) as ImageConfig;
  const image: ImageOutput = {
    name,
    tag,
    digest,
    platform: { os, architecture },
    user: run.User ?? '',
    entrypoint: run.Entrypoint ?? [],
    cmd: run.Cmd ?? [],
  };
  await writeImageOutput(output, image);
  return { ok: true, image, archive, bytes: (await stat(archive)).size, ms: ms() };
}
