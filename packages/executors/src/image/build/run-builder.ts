import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { runCommand } from '../../process/run.js';
import { compress, type Layer } from '../archive/layer.js';
import type { Platform } from '../archive/oci.js';
import { readSavedImage } from '../archive/read-archive.js';
import { builderEnvironment, builderSteps, findBuilder, type BuildPlan } from './builder.js';
import type { ImageBuild, BuildImageOptions, MadeImage } from './plan.js';

/**
 * Builds from a Dockerfile with a builder, and moves the image out of the builder's store.
 *
 * @param work folder for temporary files of this build
 * @throws NxKubeError (configuration) when no builder works
 */
export async function runBuilder(
  { name, builder: wanted }: ImageBuild,
  {
    tag,
    platform,
    ...plan
  }: Omit<BuildPlan, 'reference' | 'saveTo' | 'platform'> & { tag: string; platform?: Platform },
  work: string,
  { signal, onOutput }: BuildImageOptions,
): Promise<MadeImage> {
  const builder = await findBuilder(wanted, signal);
  const saveTo = join(work, 'saved.tar');
  const steps = builderSteps(builder, {
    ...plan,
    reference: `localhost/nx-kube-build/${name}:${tag}`,
    platform: platform && `${platform.os}/${platform.architecture}`,
    saveTo,
  });
  const run = (args: string[], onLine?: (line: string) => void) =>
    runCommand(builder.command, args, { env: builderEnvironment, signal, onLine });

  const lines: string[] = [];
  try {
    const built = await run(steps.build, (line) => {
      lines.push(line);
      onOutput?.(line);
    });
    if (built.exitCode !== 0) return { diagnostics: lines.join('\n') };
    const { exitCode, stderr } = await run(steps.save);
    if (exitCode !== 0) return { diagnostics: `${builder.name} cannot save the built image: ${stderr.trim()}` };
    const { config, layers } = await readSavedImage(saveTo);
    return {
      tag,
      config,
      layers: await Promise.all(layers.map((layer, i) => packed(layer, join(work, `layer-${i}`)))),
    };
  } finally {
    // Race: a build that failed or was aborted may have stored its image already. So this runs always, without the
    // signal.
    await runCommand(builder.command, steps.remove);
  }
}

/** Compresses a layer for the registry if the builder saved it without compression. */
async function packed(layer: Layer, to: string): Promise<Layer> {
  if (/\+(gzip|zstd)$/.test(layer.mediaType)) return layer;
  const result = await compress(layer.open() as AsyncIterable<Buffer>, to);
  if (result.diffId === layer.diffId) return result;
  throw new NxKubeError(
    'bug',
    `The builder saved a layer with the diff id ${result.diffId}, but its config says ${layer.diffId}.`,
  );
}
