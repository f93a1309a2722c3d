import type { KubeObject } from '@nx-kube/cluster';

/** How many pods a workload is to have; for a DaemonSet, as far as its controller knows. Pure. */
export function podsWanted({ kind, spec, status }: KubeObject): number {
  return (kind === 'DaemonSet' ? status?.desiredNumberScheduled : (spec?.replicas ?? 1)) ?? 0;
}

/** Whether a workload is to have no pod: it is scaled to none, or no node fits. Pure. */
export function wantsNone(workload: KubeObject): boolean {
  const isSeen = workload.status?.observedGeneration === workload.metadata.generation;
  return podsWanted(workload) === 0 && (workload.kind !== 'DaemonSet' || isSeen);
}
