import { Readable } from 'node:stream';
import { size as readable } from '../../format/units.js';
import type { Blob } from '../archive/layer.js';
import { mediaTypes } from '../archive/oci.js';
import { readArchive } from '../archive/read-archive.js';
import { digestOf } from '../archive/write-archive.js';
import { repositoryAt } from './registry-address.js';
import { Registry } from './registry.js';

/** An image in a registry. */
export interface RemoteImage {
  /** Address of the registry: `[http[s]://]host[:port][/path]`. */
  registry: string;
  /** Name of the image, below the registry's path. */
  name: string;
  tag: string;
  /** Whether to use plain HTTP. Default: only for registries on this machine. */
  insecure?: boolean;
  signal?: AbortSignal;
}

export interface PushedImage {
  /** Reference for a pod: `<registry>/<name>:<tag>`. */
  reference: string;
  /** Digest of the manifest: `sha256:<hex>`. */
  digest: string;
  /** False when the registry had the whole image already. */
  pushed: boolean;
  /** Bytes that were sent, without those that the registry had already. */
  bytes: number;
}

/**
 * Pushes an image unless the registry already has it under this tag. Existing layers are not sent again.
 *
 * @param image.archive absolute path of an OCI archive
 * @throws RegistryError, NxKubeError (configuration) for the archive, address or credentials, or the signal's reason
 */
export async function pushImage(
  image: RemoteImage & { archive: string; onProgress?: (message: string) => void },
): Promise<PushedImage> {
  const { archive, registry: address, name, tag, insecure, signal, onProgress } = image;
  const repository = repositoryAt(address, name, insecure);
  const { manifest, config, layers } = await readArchive(archive);
  const { digest } = manifest;
  const reference = `${repository.name}:${tag}`;
  const onRetry = (error: Error) => onProgress?.(`${error.message} Trying again.`);
  const registry = new Registry(repository, { signal, onRetry });
  try {
    if ((await digestAt(registry, tag)) === digest) return { reference, digest, pushed: false, bytes: 0 };
    const configBlob = { digest: digestOf(config), size: config.length, open: () => Readable.from([config]) };
    let bytes = 0;
    for (const blob of new Map([configBlob, ...layers].map((b) => [b.digest, b] as const)).values()) {
      if (await hasBlob(registry, blob.digest)) continue;
      if (blob !== configBlob) onProgress?.(`pushing ${readable(blob.size)} to ${reference}`);
      await upload(registry, blob);
      bytes += blob.size;
    }
    await registry.send({
      method: 'PUT',
      url: manifestUrl(registry, tag),
      headers: { 'content-type': manifest.mediaType, 'content-length': String(manifest.bytes.length) },
      body: () => manifest.bytes,
      expect: [201],
    });
    return { reference, digest, pushed: true, bytes: bytes + manifest.bytes.length };
  } finally {
    await registry.close();
  }
}

/**
 * Digest of the manifest that a registry has under a tag. Returns undefined when there is none.
 *
 * @throws RegistryError, NxKubeError (configuration) for the address or credentials, or the signal's reason
 */
export async function imageExists({ registry, name, tag, insecure, signal }: RemoteImage): Promise<string | undefined> {
  const client = new Registry(repositoryAt(registry, name, insecure), { signal });
  try {
    return await digestAt(client, tag);
  } finally {
    await client.close();
  }
}

async function digestAt(registry: Registry, tag: string): Promise<string | undefined> {
  const accept = [mediaTypes.manifest, mediaTypes.index, 'application/vnd.docker.distribution.manifest.v2+json'].join(
    ', ',
  );
  const url = manifestUrl(registry, tag);
  const answer = await registry.send({ method: 'HEAD', url, headers: { accept }, expect: [200, 404] });
  return answer.status === 200 ? answer.header('docker-content-digest') : undefined;
}

/** Whether the registry has a blob. Some registries redirect to their store: then the blob exists. */
async function hasBlob(registry: Registry, digest: string): Promise<boolean> {
  const url = `/v2/${registry.repository.path}/blobs/${digest}`;
  const { status } = await registry.send({ method: 'HEAD', url, expect: [200, 302, 303, 307, 308, 404] });
  return status !== 404;
}

/** Uploads a blob. A failed upload starts again, as a partial one cannot be resumed. */
function upload(registry: Registry, { digest, size, open }: Blob): Promise<void> {
  return registry.retrying(async () => {
    const begun = await registry.attempt({
      method: 'POST',
      url: `/v2/${registry.repository.path}/blobs/uploads/`,
      expect: [202],
    });
    const location = new URL(begun.header('location') ?? '', registry.repository.api);
    location.searchParams.set('digest', digest);
    await registry.attempt({
      method: 'PUT',
      url: location,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
      body: open,
      expect: [201],
    });
  });
}

function manifestUrl({ repository }: Registry, tag: string): string {
  return `/v2/${repository.path}/manifests/${tag}`;
}
