import { read, type Cluster, type KubeObject, type Ref, isForbidden } from '@nx-kube/cluster';
import { reconcilersOf } from './reconcilers.js';

/** Field managers of the Flux controllers. */
export const managersOfFlux = ['kustomize-controller', 'helm-controller'];

/**
 * Option `takeOver` of `apply`: allows to take over the fields of Flux after all reconcilers of the object are
 * suspended. An active reconciler would take the fields back.
 */
export function fromSuspendedFlux(
  cluster: Cluster,
  signal?: AbortSignal,
): (live: KubeObject, managers: readonly string[]) => Promise<boolean> {
  const isSuspended = async (ref: Ref): Promise<boolean> => {
    try {
      const reconciler = await read(cluster, ref, { signal });
      // The labels may name a reconciler that was deleted.
      return !reconciler || reconciler['spec']?.suspend === true;
    } catch (error) {
      if (isForbidden(error)) return false;
      throw error;
    }
  };
  return async (live, managers) =>
    managers.every((manager) => managersOfFlux.includes(manager)) &&
    (await Promise.all(reconcilersOf(live).map(isSuspended))).every(Boolean);
}
