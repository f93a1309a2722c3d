import { groupOf, type KubeObject, type Ref } from '@nx-kube/cluster';

/** What Flux reconciles objects from, and the labels that it leaves on them. */
export const reconcilerKinds = [
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', label: 'kustomize.toolkit.fluxcd.io' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', label: 'helm.toolkit.fluxcd.io' },
] as const;

/** What Flux reconciles an object from, by the labels that it leaves on it. Pure. */
export function reconcilersOf({ metadata: { labels = {} } }: KubeObject): Ref[] {
  return reconcilerKinds.flatMap(({ apiVersion, kind, label }) => {
    const [name, namespace] = [labels[`${label}/name`], labels[`${label}/namespace`]];
    return name && namespace ? [{ apiVersion, kind, namespace, name }] : [];
  });
}

/**
 * Whether a reconciler says that it has applied an object, and so will again when it is gone. A HelmRelease says so from Flux 2.8 on.
 * Pure.
 */
export function hasApplied(reconciler: KubeObject, { apiVersion, kind, namespace = '', name }: Ref): boolean {
  const entries = (reconciler['status']?.inventory?.entries ?? []) as { id?: string }[];
  // Colons, which names of roles may have, are no part of the names of workloads.
  return entries.some(({ id }) => id === `${namespace}_${name}_${groupOf(apiVersion)}_${kind}`);
}
