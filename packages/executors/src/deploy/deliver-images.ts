import { join } from 'node:path';
import { localRegistry, type Cluster } from '@nx-kube/cluster';
import { agentBinary } from '../agent/binaries.js';
import { agentImage } from '../image/build/agent-image.js';
import { loadImage } from '../image/registry/load-image.js';
import { pushImage } from '../image/registry/push-image.js';
import { readImage } from './content.js';
import type { DeployOptions } from './deploy-options.js';
import { requirePlatform } from './require-platform.js';

/** References of images that the cluster's nodes can start. */
export interface DeliveredImages {
  image: { reference: string; entrypoint: string[]; cmd: string[] };
  /** Absent where the workload is to run without the agent. */
  agentImage?: string;
}

export interface DeliverImagesOptions {
  /** Return the references without delivering anything. Default: false. */
  dryRun?: boolean;
  signal?: AbortSignal;
  onProgress?: (message: string) => void;
}

/**
 * Delivers the project's image and the agent's to the registry that the options name or the cluster announces. Without
 * a registry it loads them into the nodes (kind, k3d, minikube). It skips images that are there. For debugging it also
 * delivers the agent's image without the debugger.
 *
 * @throws NxKubeError where no node can run the image, or there is no way to get it into the cluster
 */
export async function deliverImages(
  cluster: Cluster,
  options: DeployOptions,
  { dryRun, signal, onProgress }: DeliverImagesOptions = {},
): Promise<DeliveredImages> {
  const image = await readImage(options.image);
  await requirePlatform(cluster, { platform: image.platform, folder: options.image }, signal);
  const registry = options.registry ?? (await localRegistry(cluster, { signal }));
  const deliver = async (archive: string, name: string, tag: string): Promise<string> => {
    if (!dryRun && registry) await pushImage({ archive, registry, name, tag, signal, onProgress });
    if (!dryRun && !registry) await loadImage({ context: cluster.context, archive, signal, onProgress });
    return `${registry ? `${registry}/` : ''}${name}:${tag}`;
  };
  const delve = options.debug?.delve;
  const agent = async (delve?: string) => {
    if (options.agent === false) return undefined;
    const architecture = image.platform.architecture as 'amd64' | 'arm64';
    // Each has its own folder: making one image removes the other images of its folder.
    const directory = join(options.stateDirectory, `agent-${architecture}${delve ? '-debug' : ''}`);
    const binary = agentBinary(architecture);
    const { archive, name, tag } = await agentImage({ binary, architecture, directory, debugger: delve });
    return deliver(archive, name, tag);
  };
  const [reference, agentReference] = await Promise.all([
    deliver(join(options.image, 'image.tar'), image.name, image.tag),
    agent(delve),
    // The agent that runs after debugging. The end of debugging has no time to deliver it.
    delve && agent(),
  ]);
  return { image: { reference, entrypoint: image.entrypoint, cmd: image.cmd }, agentImage: agentReference };
}
