import { groupOf, type KubeObject, type Ref } from '@nx-kube/cluster';

/** Kinds of Flux reconcilers, and the prefix of the labels that each sets on its objects. */
export const reconcilerKinds = [
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', label: 'kustomize.toolkit.fluxcd.io' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', label: 'helm.toolkit.fluxcd.io' },
] as const;

/** The reconcilers that the labels of an object name. Pure. */
export function reconcilersOf({ metadata: { labels = {} } }: KubeObject): Ref[] {
  return reconcilerKinds.flatMap(({ apiVersion, kind, label }) => {
    const [name, namespace] = [labels[`${label}/name`], labels[`${label}/namespace`]];
    return name && namespace ? [{ apiVersion, kind, namespace, name }] : [];
  });
}

/**
 * Whether the inventory of a reconciler lists an object; then the reconciler restores the object after its deletion. A
 * HelmRelease has an inventory from Flux 2.8 on. Pure.
 */
export function hasApplied(reconciler: KubeObject, { apiVersion, kind, namespace = '', name }: Ref): boolean {
  const entries = (reconciler['status']?.inventory?.entries ?? []) as { id?: string }[];
  // An id escapes colons, which names of roles may have. Names of workloads have none.
  return entries.some(({ id }) => id === `${namespace}_${name}_${groupOf(apiVersion)}_${kind}`);
}
