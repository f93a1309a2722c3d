import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../process/temporary.js';
import type { Platform } from './oci.js';

/** The content of `image.json`, beside `image.tar`. It names no registry: that is known only at the delivery. */
export interface ImageOutput {
  name: string;
  /** Digest of the inputs of the image. */
  tag: string;
  /** Digest of the manifest in `image.tar`: `sha256:<hex>`. */
  digest: string;
  platform: Platform;
  /** User in the config of the image. Empty means root. */
  user: string;
  entrypoint: string[];
  cmd: string[];
}

/**
 * The tag of the image in a registry and on nodes: with a part of the digest, so that it never stands for two contents.
 * Pure.
 */
export function deliveredTag({ tag, digest }: Pick<ImageOutput, 'tag' | 'digest'>): string {
  return digest ? `${tag}-${digest.replace(/^sha256:/, '').slice(0, 12)}` : tag;
}

/** Path of the archive in the output of image-build. @param directory absolute path */
export function archiveIn(directory: string): string {
  return join(directory, 'image.tar');
}

/**
 * Writes `image.json` and renames it into place, so that a reader never sees half a file. @param directory absolute
 * path
 */
export async function writeImageOutput(directory: string, image: ImageOutput): Promise<void> {
  const path = join(directory, 'image.json');
  await mkdir(directory, { recursive: true });
  await replaceFile(path, (temporary) => writeFile(temporary, `${JSON.stringify(image, null, 2)}\n`));
}
