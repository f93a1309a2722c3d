import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { replaceFile } from '../../process/temporary.js';
import { addEntry, type Layer } from './layer.js';
import { mediaTypes, type Index, type Manifest } from './oci.js';

export interface ArchiveContent {
  /** Name under which `docker load`, `ctr images import` and `kind load` store the image. */
  name: string;
  /** The tag, or how it follows from the digest of the manifest. */
  tag: string | ((digest: string) => string);
  /** The image's config, JSON. */
  config: Buffer;
  layers: Layer[];
}

/**
 * Writes an image as an OCI archive that readers of Docker's older format accept, too. The file is renamed into place,
 * so it is never incomplete.
 *
 * @param to absolute path
 * @returns digest of the manifest, `sha256:<hex>`
 */
export async function writeArchive(content: ArchiveContent, to: string): Promise<string> {
  const { name, config, layers } = content;
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
    layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  };
  const manifestBytes = json(manifest);
  const digest = digestOf(manifestBytes);
  const tag = typeof content.tag === 'string' ? content.tag : content.tag(digest);
  const index: Index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [
      {
        mediaType: mediaTypes.manifest,
        digest,
        size: manifestBytes.length,
        annotations: {
          'io.containerd.image.name': `${fullName(name)}:${tag}`,
          'org.opencontainers.image.ref.name': tag,
        },
      },
    ],
  };
  const dockerManifest = [
    { Config: blobPath(digestOf(config)), RepoTags: [`${name}:${tag}`], Layers: layers.map((l) => blobPath(l.digest)) },
  ];

  await writeTar(to, async (tar) => {
    await addEntry(tar, { name: 'oci-layout' }, json({ imageLayoutVersion: '1.0.0' }));
    await addEntry(tar, { name: 'index.json' }, json(index));
    await addEntry(tar, { name: 'manifest.json' }, json(dockerManifest));
    await addEntry(tar, { name: blobPath(digest) }, manifestBytes);
    await addEntry(tar, { name: blobPath(digestOf(config)) }, config);
    // An image may use a layer twice, but an archive holds each file once.
    const distinct = new Map(layers.map((layer) => [layer.digest, layer]));
    for (const layer of distinct.values()) {
      await addEntry(tar, { name: blobPath(layer.digest), size: layer.size }, layer.open());
    }
  });
  return digest;
}

/** Path of a blob in an archive. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The full name that a container runtime gives to an image without a registry: `app` → `docker.io/library/app`. */
function fullName(name: string): string {
  const [first, ...rest] = name.split('/');
  if (!rest.length) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(first!) ? name : `docker.io/${name}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function writeTar(to: string, add: (tar: Pack) => Promise<void>): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const tar = pack();
  await replaceFile(to, async (temporary) => {
    const filling = add(tar).then(
      () => tar.finalize(),
      (error: Error) => tar.destroy(error),
    );
    await pipeline(tar as AsyncIterable<Buffer>, createWriteStream(temporary));
    await filling;
  });
}
