import { load } from 'js-yaml';
import type { Cluster } from '../api/cluster.js';
import { read } from '../api/objects.js';
import { NxKubeError } from '../errors.js';

const announcement = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-public', name: 'local-registry-hosting' };

/**
 * Reads the registry that the cluster announces for local development (KEP-1755).
 *
 * @returns `host:port` to push to from this machine; undefined if the cluster announces none
 * @throws NxKubeError ('cluster') when the announcement cannot be read
 */
export async function localRegistry(
  cluster: Cluster,
  { signal }: { signal?: AbortSignal } = {},
): Promise<string | undefined> {
  const configMap = await read(cluster, announcement, { signal });
  const text = configMap?.data?.['localRegistryHosting.v1'] as string | undefined;
  if (!text) return undefined;
  try {
    const { host } = load(text) as { host?: unknown };
    if (typeof host === 'string' && host !== '') return host;
  } catch {
    // Reported below, like any other content without a host.
  }
  throw new NxKubeError('cluster', 'ConfigMap/kube-public/local-registry-hosting does not name a registry host.', {
    next: 'Set `host` in its localRegistryHosting.v1, such as `host: "localhost:5001"`, or set the option `registry`.',
  });
}
