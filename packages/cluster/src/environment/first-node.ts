import { isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { list } from '../api/objects.js';

/** What a node says of the tool that made its cluster. */
export interface NodeFacts {
  /** Container runtime: `docker`, `containerd`, `cri-o`. */
  runtime?: string;
  /** `spec.providerID`, such as `kind://docker/dev/dev-control-plane`. */
  providerId?: string;
  labels: Record<string, string>;
}

/** Facts of one node. Returns undefined for a cluster without nodes, or for a user who may not list them. */
export async function firstNode(
  cluster: Cluster,
  { signal }: { signal?: AbortSignal } = {},
): Promise<NodeFacts | undefined> {
  const nodes = await list(cluster, { apiVersion: 'v1', kind: 'Node', signal }).catch((error: unknown) => {
    if (isForbidden(error)) return [];
    throw error;
  });
  const [node] = nodes;
  if (!node) return undefined;
  const version = node['status']?.nodeInfo?.containerRuntimeVersion as string | undefined;
  return {
    runtime: version?.split('://')[0],
    providerId: node['spec']?.providerID as string | undefined,
    labels: node.metadata?.labels ?? {},
  };
}
