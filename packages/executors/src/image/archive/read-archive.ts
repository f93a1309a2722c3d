import { NxKubeError } from '@nx-kube/cluster';
import type { Blob, Layer } from './layer.js';
import { plainLayer } from './layer.js';
import { mediaTypes, type Descriptor, type ImageConfig, type Index, type Manifest } from './oci.js';
import { TarFile } from './tar-file.js';
import { blobPath, digestOf } from './write-archive.js';

/** An image in a file. Layers are read from the file when they are opened. */
export interface ImageArchive {
  manifest: { digest: string; mediaType: string; bytes: Buffer };
  /** The config as it is in the file: its digest is that of these bytes. */
  config: Buffer;
  layers: Layer[];
}

/**
 * Opens an OCI archive with one image, or with an index that leads to one.
 *
 * @throws NxKubeError (configuration) where the file is missing or is no such archive
 */
export async function readArchive(path: string): Promise<ImageArchive> {
  return reading(path, async (tar) => {
    let found = onlyImage(await json<Index>(tar, 'index.json'));
    while (/index|manifest\.list/.test(found.mediaType))
      found = onlyImage(await json<Index>(tar, blobPath(found.digest)));
    const bytes = await tar.read(blobPath(found.digest));
    const manifest = JSON.parse(bytes.toString()) as Manifest;
    const config = await tar.read(blobPath(manifest.config.digest));
    const { diff_ids: diffIds } = (JSON.parse(config.toString()) as ImageConfig).rootfs;
    return {
      manifest: { digest: digestOf(bytes), mediaType: manifest.mediaType ?? mediaTypes.manifest, bytes },
      config,
      layers: manifest.layers.map(({ digest, mediaType }, i) => ({
        ...blobIn(tar, blobPath(digest), digest),
        mediaType,
        diffId: diffIds[i]!,
      })),
    };
  });
}

/** What a builder saved: an OCI archive, or the format of `docker save` before Docker 25. */
export async function readSavedImage(path: string): Promise<Pick<ImageArchive, 'config' | 'layers'>> {
  return reading(path, async (tar) => {
    if (tar.has('index.json')) return readArchive(path);
    const [image] = await json<[{ Config: string; Layers: string[] }]>(tar, 'manifest.json');
    const config = await tar.read(image.Config);
    const { diff_ids: diffIds } = (JSON.parse(config.toString()) as ImageConfig).rootfs;
    // Such archives hold layers uncompressed, so that a layer's digest is its diff id.
    const layers = image.Layers.map((name, i) => ({
      ...blobIn(tar, name, diffIds[i]!),
      mediaType: plainLayer,
      diffId: diffIds[i]!,
    }));
    return { config, layers };
  });
}

async function reading<T>(path: string, read: (tar: TarFile) => Promise<T>): Promise<T> {
  try {
    return await read(await TarFile.open(path));
  } catch (cause) {
    if (cause instanceof NxKubeError) throw cause;
    const problem = (cause as NodeJS.ErrnoException).code
      ? 'cannot be read'
      : 'is not an image archive, or not a whole one';
    throw new NxKubeError('configuration', `${path} ${problem}: ${(cause as Error).message}`, {
      next: 'Run the target image-build again, or correct the option that names the image.',
      cause,
    });
  }
}

async function json<T>(tar: TarFile, name: string): Promise<T> {
  return JSON.parse((await tar.read(name)).toString()) as T;
}

function blobIn(tar: TarFile, name: string, digest: string): Blob {
  return { digest, size: tar.size(name), open: () => tar.stream(name) };
}

/** Builders put attestations beside the image; their platform is `unknown`. */
function onlyImage(index: Index): Descriptor {
  const images = index.manifests.filter(({ platform }) => platform?.architecture !== 'unknown');
  if (images.length !== 1) throw new Error(`it has ${images.length} images where one is expected`);
  return images[0]!;
}
