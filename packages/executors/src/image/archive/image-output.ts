import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from './oci.js';

/** `image.json`, beside `image.tar` in the output of image-build. Which registry has the image is known only once it is delivered. */
export interface ImageOutput {
  name: string;
  /** A digest of what the image is made from. */
  tag: string;
  /** Of the manifest in `image.tar`: `sha256:<hex>`. */
  digest: string;
  platform: Platform;
  /** As in the image's config; empty means root. */
  user: string;
  entrypoint: string[];
  cmd: string[];
}

/** @param directory absolute path */
export function archiveIn(directory: string): string {
  return join(directory, 'image.tar');
}

/** Writes `image.json`, at once. @param directory absolute path */
export async function writeImageOutput(directory: string, image: ImageOutput): Promise<void> {
  const path = join(directory, 'image.json');
  await mkdir(directory, { recursive: true });
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(image, null, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}
