import { NxKubeError } from '@nx-kube/cluster';
import type { Blob, Layer } from './layer.js';
import { plainLayer } from './layer.js';
import { mediaTypes, type Descriptor, type ImageConfig, type Index, type Manifest } from './oci.js';
import { TarFile } from './tar-file.js';
import { blobPath, digestOf } from './write-archive.js';

/** An image in a file. A layer is read from the file when it is opened. */
export interface ImageArchive {
  manifest: { digest: string; mediaType: string; bytes: Buffer };
  /** The config's exact bytes in the file: its digest is computed from them. */
  config: Buffer;
  layers: Layer[];
}

/**
 * Opens an OCI archive with one image, or with an index that leads to one.
 *
 * @throws NxKubeError (configuration) when the file is missing, incomplete or not such an archive
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

/** Reads the output of a builder: an OCI archive, or the format of `docker save` before Docker 25. */
export async function readSavedImage(path: string): Promise<Pick<ImageArchive, 'config' | 'layers'>> {
  return reading(path, async (tar) => {
    if (tar.has('index.json')) return readArchive(path);
    const [image] = await json<[{ Config: string; Layers: string[] }]>(tar, 'manifest.json');
    const config = await tar.read(image.Config);
    const { diff_ids: diffIds } = (JSON.parse(config.toString()) as ImageConfig).rootfs;
    // This format holds uncompressed layers, so the digest of a layer is its diff id.
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
    const message = (cause as Error).message.replace(/\.?$/, '.');
    const problem = (cause as NodeJS.ErrnoException).code
      ? 'cannot be read'
      : 'is not an image archive, or is incomplete';
    throw new NxKubeError('configuration', `${path} ${problem}: ${message}`, {
      next: 'Run the target image-build again, or correct the option with the path of the image.',
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

/** The one image in an index. Builders put attestations beside it, whose platform is `unknown`. */
function onlyImage(index: Index): Descriptor {
  const images = index.manifests.filter(({ platform }) => platform?.architecture !== 'unknown');
  if (images.length !== 1) throw new Error(`it has ${images.length} images where 1 is expected`);
  return images[0]!;
}
