import { ApiError, read, type Cluster, type KubeObject, type Ref } from '@nx-kube/cluster';
import { reconcilersOf } from './reconcilers.js';

/** The names under which controllers of Flux own fields. */
const managersOfFlux = ['kustomize-controller', 'helm-controller'];

/**
 * For `apply`: takes over the fields that Flux owns in an object, once all that reconciles it is suspended. Before, Flux would take
 * them back.
 */
export function fromSuspendedFlux(
  cluster: Cluster,
  signal?: AbortSignal,
): (live: KubeObject, managers: readonly string[]) => Promise<boolean> {
  const isSuspended = async (ref: Ref): Promise<boolean> => {
    try {
      const reconciler = await read(cluster, ref, { signal });
      // The labels may be left over from one that is gone.
      return !reconciler || reconciler['spec']?.suspend === true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return false;
      throw error;
    }
  };
  return async (live, managers) =>
    managers.every((manager) => managersOfFlux.includes(manager)) &&
    (await Promise.all(reconcilersOf(live).map(isSuspended))).every(Boolean);
}
