import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addEntry, compress } from '@nx-kube/executors/image/archive/layer.js';
import type { ImageConfig } from '@nx-kube/executors/image/archive/oci.js';
import { writeArchive } from '@nx-kube/executors/image/archive/write-archive.js';
import { loadImage } from '@nx-kube/executors/image/registry/load-image.js';
import { pushImage } from '@nx-kube/executors/image/registry/push-image.js';
import { pack } from 'tar-stream';
import { localRegistry, type Cluster, type Platform } from '@nx-kube/cluster';

const name = 'nx-kube-bench-live-update';

/**
 * Builds the base image for live updates and pushes it to where the nodes pull it from.
 *
 * @param files absolute path in the image → local file
 * @param folder for temporary files
 * @returns the image reference
 */
export async function deliverImage(
  files: Record<string, string>,
  folder: string,
  { cluster, platform, signal }: { cluster: Cluster; platform: Platform; signal: AbortSignal },
): Promise<string> {
  const tar = pack();
  const adding = (async () => {
    for (const [path, file] of Object.entries(files)) {
      const { size } = await stat(file);
      await addEntry(tar, { name: path.slice(1), mode: 0o755, size }, createReadStream(file));
    }
    tar.finalize();
  })();
  adding.catch((error: Error) => tar.destroy(error));
  const layer = await compress(tar as AsyncIterable<Buffer>, join(folder, 'layer.tar.gz'));
  const config: ImageConfig = {
    ...platform,
    config: { User: '0:0', Entrypoint: Object.keys(files).slice(0, 1) },
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
  };
  const tag = layer.digest.slice('sha256:'.length, 'sha256:'.length + 16);
  const archive = join(folder, 'image.tar');
  await writeArchive({ name, tag, config: Buffer.from(JSON.stringify(config)), layers: [layer] }, archive);
  const registry = await localRegistry(cluster, { signal });
  if (!registry) {
    await loadImage({ context: cluster.context, archive, signal });
    return `${name}:${tag}`;
  }
  return (await pushImage({ archive, registry, name, tag, signal })).reference;
}
