import { ApiError, type Cluster } from '@nx-kube/cluster';

/** The properties of a cluster on which charts and their objects depend. */
export interface TargetCluster {
  /** Version of the API server: `v1.34.2`. */
  kubeVersion(): Promise<string>;
  /** Whether a kind is namespaced. Resolves with undefined when the cluster does not know the kind. */
  isNamespaced(apiVersion: string, kind: string): Promise<boolean | undefined>;
}

/** Reads the properties of a real cluster, and caches the version. */
export function targetCluster(cluster: Cluster): TargetCluster {
  let version: Promise<string> | undefined;
  return {
    kubeVersion() {
      version ??= cluster
        .request<{ gitVersion: string }>({ method: 'GET', path: '/version' })
        .then(({ gitVersion }) => gitVersion);
      // A failure is not cached, as the cluster may answer later.
      version.catch(() => (version = undefined));
      return version;
    },
    async isNamespaced(apiVersion, kind) {
      try {
        return (await cluster.discover(apiVersion, kind)).namespaced;
      } catch (error) {
        if (error instanceof ApiError && error.reason === 'UnknownKind') return undefined;
        throw error;
      }
    },
  };
}
