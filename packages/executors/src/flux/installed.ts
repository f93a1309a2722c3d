import { list, read, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { defaultComponents, type FluxSetup } from './flux-options.js';

/** Lists the Deployments of the Flux controllers in a namespace. */
export async function fluxDeployments(
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const labelSelector = 'app.kubernetes.io/part-of=flux';
  return await list(cluster, { apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector, signal });
}

/**
 * Whether the cluster runs all wanted controllers in the wanted version and, for a bootstrap, reconciles a repository.
 */
export async function isInstalled(
  cluster: Cluster,
  { version, components = defaultComponents, namespace, bootstrap }: FluxSetup & { version: string },
  signal?: AbortSignal,
): Promise<boolean> {
  const deployments = await fluxDeployments(cluster, namespace, signal);
  const versions = new Map(
    deployments.map(({ metadata }) => [metadata.name, metadata.labels?.['app.kubernetes.io/version']]),
  );
  if (!components.every((name) => versions.get(name) === `v${version}`)) return false;
  if (!bootstrap) return true;
  const sync = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', namespace, name: namespace };
  return (await read(cluster, sync, { signal })) !== undefined;
}
