import { ApiError, type Cluster } from '@nx-kube/cluster';

/** What charts, and the objects that they make, depend on in a cluster. */
export interface TargetCluster {
  /** Version of the API server: `v1.34.2`. */
  kubeVersion(): Promise<string>;
  /** Whether objects of a kind are in namespaces; undefined where the cluster does not know the kind. */
  isNamespaced(apiVersion: string, kind: string): Promise<boolean | undefined>;
}

/** Asks a real cluster; each question once. */
export function targetCluster(cluster: Cluster): TargetCluster {
  let version: Promise<string> | undefined;
  return {
    kubeVersion() {
      version ??= cluster
        .request<{ gitVersion: string }>({ method: 'GET', path: '/version' })
        .then(({ gitVersion }) => gitVersion);
      // Asked again after a failure: the cluster may be back.
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
