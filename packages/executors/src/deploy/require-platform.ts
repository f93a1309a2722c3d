import { nodePlatforms, NxKubeError, type Cluster, type Platform, isForbidden } from '@nx-kube/cluster';

/**
 * Refuses an image that no node of the cluster can run. A user who may not see the nodes does without.
 *
 * @param folder of the image, for the message
 * @throws NxKubeError (configuration)
 */
export async function requirePlatform(
  cluster: Cluster,
  { platform, folder }: { platform: Platform; folder: string },
  signal?: AbortSignal,
): Promise<void> {
  const nodes = await nodePlatforms(cluster, { signal }).catch((error: unknown) => {
    if (isForbidden(error)) return [];
    throw error;
  });
  if (!nodes.length || nodes.some((node) => named(node) === named(platform))) return;
  const [most] = nodes;
  throw new NxKubeError(
    'configuration',
    `${folder}: the image is for ${named(platform)}, and the nodes of ${cluster.context} are ${nodes.map(named).join(', ')}`,
    { next: `Set "goarch" of go-build to "${most!.architecture}", and make binary and image again.` },
  );
}

function named({ os, architecture }: Platform): string {
  return `${os}/${architecture}`;
}
