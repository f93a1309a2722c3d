import { join } from 'node:path';
import type { Cluster } from '@nx-kube/cluster';
import { agentBinary } from '../agent/binaries.js';
import { archiveIn, deliveredTag } from '../image/archive/image-output.js';
import { agentImage } from '../image/build/agent-image.js';
import { readImage } from './content.js';
import type { DeployOptions } from './deploy-options.js';
import { imageDelivery, type ImageDeliveryOptions } from './image-delivery.js';
import { requirePlatform } from './require-platform.js';

/** References of images that the cluster's nodes can start. */
export interface DeliveredImages {
  image: { reference: string; entrypoint: string[]; cmd: string[] };
  /** Absent where the workload is to run without the agent. */
  agentImage?: string;
  /** Where nodes have the images from: they pull them, or have them already. Default: not known. */
  source?: 'registry' | 'node';
}

/**
 * Delivers the project's image and the agent's to the registry that the options name or the cluster announces. Without
 * a registry it loads them into the nodes. It skips images that are there. For debugging it also
 * delivers the agent's image without the debugger.
 *
 * @throws NxKubeError where no node can run the image, or there is no way to get it into the cluster
 */
export async function deliverImages(
  cluster: Cluster,
  options: DeployOptions,
  delivery: ImageDeliveryOptions = {},
): Promise<DeliveredImages> {
  const image = await readImage(options.image);
  await requirePlatform(cluster, { platform: image.platform, folder: options.image }, delivery.signal);
  const { source, deliver } = await imageDelivery(cluster, options.registry, delivery);
  const delve = options.debug?.delve;
  const agent = async (delve?: string) => {
    if (options.agent === false) return undefined;
    const architecture = image.platform.architecture as 'amd64' | 'arm64';
    // Each has its own folder: making one image removes the other images of its folder.
    const directory = join(options.stateDirectory, `agent-${architecture}${delve ? '-debug' : ''}`);
    const binary = agentBinary(architecture);
    const { archive, name, tag } = await agentImage({ binary, architecture, directory, debugger: delve });
    return deliver({ archive, name, tag });
  };
  const [reference, agentReference] = await Promise.all([
    deliver({ archive: archiveIn(options.image), name: image.name, tag: deliveredTag(image) }),
    agent(delve),
    // The agent that runs after debugging. The end of debugging has no time to deliver it.
    delve && agent(),
  ]);
  return { image: { reference, entrypoint: image.entrypoint, cmd: image.cmd }, agentImage: agentReference, source };
}
