import { posix } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Layer } from './layer.js';
import { readArchive } from './read-archive.js';

/** Number of symbolic links that are followed. */
const mostLinks = 8;

/**
 * Whether a file in an image is a script, as opposed to a program.
 *
 * @param archive absolute path of an OCI archive
 * @param path absolute path of the file in the image
 * @returns undefined where the archive does not tell: the file is not in it, or a layer cannot be read
 */
export async function isScriptIn(archive: string, path: string): Promise<boolean | undefined> {
  const { layers } = await readArchive(archive);
  let at = path;
  for (let link = 0; link < mostLinks; link += 1) {
    const found = await findIn(layers, at);
    if (!found || 'bytes' in found) return found && found.bytes.toString('latin1') === '#!';
    at = posix.resolve(posix.dirname(at), found.link);
  }
  return undefined;
}

type Found = { bytes: Buffer } | { link: string };

async function findIn(layers: readonly Layer[], path: string): Promise<Found | undefined> {
  for (const layer of [...layers].reverse()) {
    if (/zstd$/.test(layer.mediaType)) return undefined;
    const found = await findInLayer(layer, path);
    if (found) return found;
  }
  return undefined;
}

async function findInLayer({ mediaType, open }: Layer, path: string): Promise<Found | undefined> {
  const tar = extract();
  const packed = open();
  const plain = /gzip$/.test(mediaType) ? packed.pipe(createGunzip()) : packed;
  const fail = (error: Error) => tar.destroy(error);
  packed.on('error', fail);
  plain.on('error', fail);
  plain.pipe(tar as unknown as NodeJS.WritableStream);
  try {
    for await (const entry of tar) {
      const { name, type, linkname } = entry.header;
      if (posix.resolve('/', name) === path) {
        if (type === 'symlink' && linkname) return { link: linkname };
        if (type === 'file') return { bytes: await beginning(entry as AsyncIterable<Buffer>) };
      }
      entry.resume();
    }
    return undefined;
  } finally {
    plain.destroy();
    packed.destroy();
  }
}

async function beginning(entry: AsyncIterable<Buffer>): Promise<Buffer> {
  for await (const chunk of entry) return chunk.subarray(0, 2);
  return Buffer.alloc(0);
}
