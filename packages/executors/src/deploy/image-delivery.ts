import { firstNode, localRegistryHosting, type Cluster, type LocalRegistry, isForbidden } from '@nx-kube/cluster';
import { loadCommand, loadImage } from '../image/registry/load-image.js';
import { pushImage } from '../image/registry/push-image.js';
import { repositoryAt } from '../image/registry/registry-address.js';

/** The way of images to the nodes. */
export interface ImageDelivery {
  /** Where nodes have the images from: they pull them, or have them already. */
  source: 'registry' | 'node';
  /** Delivers an image, unless this is a dry run. Resolves to its reference for pods. */
  deliver(image: { archive: string; name: string; tag: string }): Promise<string>;
}

export interface ImageDeliveryOptions {
  /** Only say what would be done. Default: false. */
  dryRun?: boolean;
  signal?: AbortSignal;
  onProgress?: (message: string) => void;
}

/**
 * Chooses the way of images to the nodes: the registry of the option, the registry that the cluster announces, or the
 * command of the tool that made the cluster.
 *
 * @throws NxKubeError (configuration) where there is no way
 */
export async function imageDelivery(
  cluster: Cluster,
  registry: string | undefined,
  { dryRun, signal, onProgress }: ImageDeliveryOptions = {},
): Promise<ImageDelivery> {
  const announced = registry === undefined ? await announcedTo(cluster, signal) : undefined;
  const push = registry ?? announced?.host;
  if (push !== undefined) {
    const pull = announced?.hostFromContainerRuntime ?? push;
    return {
      source: 'registry',
      async deliver({ archive, name, tag }) {
        const reference = `${repositoryAt(pull, name).name}:${tag}`;
        const there = repositoryAt(push, name).name;
        if (dryRun) onProgress?.(`${there}:${tag} would be pushed; pods would pull ${reference}`);
        else await pushImage({ archive, registry: push, name, tag, signal, onProgress });
        return reference;
      },
    };
  }
  const node = await firstNode(cluster, { signal });
  const { context } = cluster;
  return {
    source: 'node',
    async deliver({ archive, name, tag }) {
      const { command, args } = loadCommand(context, archive, node);
      if (dryRun) onProgress?.(`${name}:${tag} would be loaded into ${context}: ${command} ${args.join(' ')}`);
      else await loadImage({ context, archive, node, signal, onProgress });
      return `${name}:${tag}`;
    },
  };
}

/** The registry that the cluster announces to this user; none where the user may not read the announcement. */
async function announcedTo(cluster: Cluster, signal: AbortSignal | undefined): Promise<LocalRegistry | undefined> {
  try {
    return await localRegistryHosting(cluster, { signal });
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
