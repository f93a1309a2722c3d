import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NxKubeError, type Cluster } from '@nx-kube/cluster';
import { archiveIn, deliveredTag } from '../image/archive/image-output.js';
import { packProgram } from '../image/archive/layer.js';
import type { ImageConfig } from '../image/archive/oci.js';
import { readArchive } from '../image/archive/read-archive.js';
import { sha256 } from '../image/archive/sha256.js';
import { writeArchive } from '../image/archive/write-archive.js';
import { withTemporaryFolder } from '../process/temporary.js';
import type { CurrentImage } from '../workload/with-image.js';
import { readImage } from './content.js';
import type { DeployOptions } from './deploy-options.js';
import { imageDelivery, type ImageDeliveryOptions } from './image-delivery.js';

/**
 * Delivers the project's image with the current binary over its own one, for containers that the agent does not run in.
 * The tag holds a digest of the binary, so it never stands for two contents.
 *
 * @param path path of the binary in the image; undefined if it is not known
 * @returns the reference, or why there is none
 * @throws NxKubeError where the image cannot be read or delivered
 */
export async function currentImage(
  cluster: Cluster,
  options: Pick<DeployOptions, 'image' | 'binary' | 'registry' | 'stateDirectory'>,
  path: string | undefined,
  delivery: ImageDeliveryOptions = {},
): Promise<CurrentImage> {
  const { binary, image } = options;
  if (!path) return { problem: 'the path of the binary in the image is not known' };
  if (!binary || !(await stat(binary).catch(() => undefined)))
    return { problem: `${binary ?? 'the binary'} is missing` };
  const base = await readImage(image);
  const directory = join(options.stateDirectory, 'current-image');
  await mkdir(directory, { recursive: true });
  const make = async (work: string) => {
    const program = join(work, 'program');
    await copyWhole(binary, program);
    const content = createHash('sha256')
      .update(JSON.stringify([path, await sha256(program)]))
      .digest('hex');
    const tag = `${deliveredTag(base)}-${content.slice(0, 16)}`;
    const archive = join(directory, `${tag}.tar`);
    if (!delivery.dryRun && !(await stat(archive).catch(() => undefined))) {
      await writeOver(archiveIn(image), { file: program, path }, { name: base.name, tag, work }, archive);
      const others = (await readdir(directory)).filter((file) => file.endsWith('.tar') && file !== `${tag}.tar`);
      await Promise.all(others.map((file) => rm(join(directory, file), { force: true })));
    }
    const { deliver } = await imageDelivery(cluster, options.registry, delivery);
    return { reference: await deliver({ archive, name: base.name, tag }) };
  };
  return await withTemporaryFolder('image', make, directory);
}

/** Writes an archive of an image with a program over what the image has at its path. */
async function writeOver(
  base: string,
  program: { file: string; path: string },
  { name, tag, work }: { name: string; tag: string; work: string },
  to: string,
): Promise<void> {
  const { config, layers } = await readArchive(base);
  const layer = await packProgram(program, join(work, 'layer'), { folders: false });
  const parsed = JSON.parse(config.toString()) as ImageConfig;
  const changed: ImageConfig = {
    ...parsed,
    rootfs: { ...parsed.rootfs, diff_ids: [...parsed.rootfs.diff_ids, layer.diffId] },
    ...(parsed.history && { history: [...parsed.history, { created_by: `COPY ${program.path}` }] }),
  };
  await writeArchive({ name, tag, config: Buffer.from(JSON.stringify(changed)), layers: [...layers, layer] }, to);
}

/** Copies a file that a build may be writing: the copy is of one state of it. */
async function copyWhole(from: string, to: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const before = await stat(from);
    await copyFile(from, to);
    const after = await stat(from);
    if (before.mtimeMs === after.mtimeMs && before.size === after.size && before.ino === after.ino) return;
  }
  throw new NxKubeError('configuration', `${from} changes while it is read.`, {
    next: 'Wait until the build has ended, and try again.',
  });
}
