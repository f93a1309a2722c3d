import { load } from 'js-yaml';
import type { Cluster } from '../api/cluster.js';
import { read } from '../api/objects.js';
import { NxKubeError } from '../errors.js';

const announcement = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-public', name: 'local-registry-hosting' };

/** The registry that a cluster announces for local development. */
export interface LocalRegistry {
  /** `host:port` to push to from this machine. */
  host: string;
  /** `host:port` that the nodes pull from. Undefined if it is the same. */
  hostFromContainerRuntime?: string;
}

/**
 * Reads the registry that the cluster announces for local development (KEP-1755).
 *
 * @returns undefined if the cluster announces none
 * @throws NxKubeError ('cluster') when the announcement cannot be read
 */
export async function localRegistryHosting(
  cluster: Cluster,
  { signal }: { signal?: AbortSignal } = {},
): Promise<LocalRegistry | undefined> {
  const configMap = await read(cluster, announcement, { signal });
  const text = configMap?.data?.['localRegistryHosting.v1'] as string | undefined;
  if (!text) return undefined;
  try {
    const { host, hostFromContainerRuntime } = load(text) as Record<string, unknown>;
    if (isHost(host)) return { host, ...(isHost(hostFromContainerRuntime) && { hostFromContainerRuntime }) };
  } catch {
    // Reported below, like any other content without a host.
  }
  throw new NxKubeError('cluster', 'ConfigMap/kube-public/local-registry-hosting does not name a registry host.', {
    next: 'Set `host` in its localRegistryHosting.v1, such as `host: "localhost:5001"`, or set the option `registry`.',
  });
}

/** `host:port` of that registry, to push to from this machine. @throws NxKubeError ('cluster'), as above */
export async function localRegistry(
  cluster: Cluster,
  options: { signal?: AbortSignal } = {},
): Promise<string | undefined> {
  return (await localRegistryHosting(cluster, options))?.host;
}

function isHost(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
