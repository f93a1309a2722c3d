import type { Cluster } from '../api/cluster.js';
import { list } from '../api/objects.js';

/** Platform in Go's and OCI's names: `linux`, `amd64`. */
export interface Platform {
  os: string;
  architecture: string;
}

/**
 * Distinct platforms of the cluster's nodes, the most frequent first.
 *
 * @throws ApiError
 */
export async function nodePlatforms(cluster: Cluster, { signal }: { signal?: AbortSignal } = {}): Promise<Platform[]> {
  const nodes = await list(cluster, { apiVersion: 'v1', kind: 'Node', signal });
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const { operatingSystem, architecture } = node.status?.nodeInfo ?? {};
    if (!operatingSystem || !architecture) continue;
    const platform = `${operatingSystem}/${architecture}`;
    counts.set(platform, (counts.get(platform) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .map(([platform]) => {
      const [os = '', architecture = ''] = platform.split('/');
      return { os, architecture };
    });
}
