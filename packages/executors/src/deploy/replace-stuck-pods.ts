import { heldUpPods, refOf, remove, waitUntil, type Cluster, type KubeObject, isForbidden } from '@nx-kube/cluster';

/** Poll interval (ms), and number of polls, until the StatefulSet's controller has seen a new template. */
const pollMs = 250;
const polls = 40;

/**
 * Deletes pods of a StatefulSet that hold up a new template: pods of the former one whose container does not run, for
 * example because an init container hangs or an image cannot be pulled. Kubernetes waits for such a pod forever.
 *
 * @param container name of the container that must run
 * @returns names of the deleted pods; none for a user who may not see or delete pods
 */
export async function replaceStuckPods(
  cluster: Cluster,
  workload: KubeObject,
  container: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string[]> {
  if (workload.kind !== 'StatefulSet') return [];
  try {
    for (let poll = 0; poll < polls && !signal.aborted; poll += 1) {
      const heldUp = await heldUpPods(cluster, refOf(workload), { signal });
      if (heldUp)
        return await deleteAll(
          cluster,
          heldUp.filter((pod) => !runs(pod, container)),
          signal,
        );
      await waitUntil(signal, { ms: pollMs });
    }
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  return [];
}

function runs(pod: KubeObject, container: string): boolean {
  const statuses = (pod['status']?.containerStatuses ?? []) as { name: string; state?: { running?: object } }[];
  return statuses.some(({ name, state }) => name === container && state?.running !== undefined);
}

async function deleteAll(cluster: Cluster, pods: readonly KubeObject[], signal: AbortSignal): Promise<string[]> {
  await Promise.all(pods.map((pod) => remove(cluster, refOf(pod), { uid: pod.metadata.uid, signal })));
  return pods.map(({ metadata }) => metadata.name);
}
