import { list, read, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { defaultComponents, type FluxSetup } from './flux-options.js';

/** The Deployments of the controllers in a namespace. */
export async function fluxDeployments(
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const labelSelector = 'app.kubernetes.io/part-of=flux';
  return await list(cluster, { apiVersion: 'apps/v1', kind: 'Deployment', namespace, labelSelector, signal });
}

/** Whether the cluster runs what is wanted, of one version, and for a bootstrap is reconciled from a repository. */
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
