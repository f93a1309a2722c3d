import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { runCommand } from '../../process/run.js';
import { compress, type Layer } from '../archive/layer.js';
import type { Platform } from '../archive/oci.js';
import { readSavedImage } from '../archive/read-archive.js';
import { builderEnvironment, builderSteps, findBuilder, type BuildPlan } from './builder.js';
import type { ImageBuild, BuildImageOptions, MadeImage } from './plan.js';

/**
 * Has a builder build from a Dockerfile, and takes the image out of the builder's store.
 *
 * @param work a folder for files that need not outlive the build
 * @throws NxKubeError (configuration) where no builder works
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
    if (exitCode !== 0) return { diagnostics: `${builder.name} cannot save the image it built: ${stderr.trim()}` };
    const { config, layers } = await readSavedImage(saveTo);
    return {
      tag,
      config,
      layers: await Promise.all(layers.map((layer, i) => packed(layer, join(work, `layer-${i}`)))),
    };
  } finally {
    // Also where it failed or was stopped, for a builder may have been just done by then; without the signal therefore.
    await runCommand(builder.command, steps.remove);
  }
}

/** Layers that a builder saves as they are in its store are packed for the way to a registry. */
async function packed(layer: Layer, to: string): Promise<Layer> {
  if (/\+(gzip|zstd)$/.test(layer.mediaType)) return layer;
  const result = await compress(layer.open() as AsyncIterable<Buffer>, to);
  if (result.diffId === layer.diffId) return result;
  throw new NxKubeError('bug', `the builder saved a layer ${result.diffId} that its config calls ${layer.diffId}`);
}
