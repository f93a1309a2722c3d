import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { explain, watchPods, type Cluster, type KubeObject, type PodChoice } from '@nx-kube/cluster';
import { agentName } from '../workload/inject-agent.js';
import { followContainer, type ContainerStatus } from './follow-container.js';

export interface FollowPodsOptions {
  pods: PodChoice;
  /** Container to follow. Default: all containers except the agent's. */
  container?: string;
  /** Time (RFC 3339) of the first line to return. Default: all lines. */
  sinceTime?: string;
  /** Number of existing lines to return for each container. Default: all. */
  tailLines?: number;
  signal: AbortSignal;
  onLine: (pod: string, container: string, line: string) => void;
  onError: (pod: string, message: string) => void;
}

/**
 * Follows the logs of all matching pods, with pods and container runs that start later. Resolves when the signal
 * aborts.
 *
 * @throws ApiError when pods may not be watched
 */
export async function followPods(cluster: Cluster, options: FollowPodsOptions): Promise<void> {
  const { pods, container, signal, onLine, onError, ...from } = options;
  const { namespace } = pods;
  /** Ids of the container runs whose log is or was followed. */
  const followed = new Set<string>();
  let started = false;
  const follow = async (pod: string, name: string, id: string) => {
    // All lines of a pod that starts later are new.
    const since = started ? {} : from;
    try {
      const source = { namespace, pod, container: name, id };
      for await (const line of followContainer(cluster, source, { ...since, signal })) onLine(pod, name, line);
    } catch (error) {
      onError(pod, explain(error));
    }
  };
  const onPod = (pod: KubeObject) => {
    for (const { name, containerID, state } of (pod['status']?.containerStatuses ?? []) as ContainerStatus[]) {
      if (container === undefined ? name === agentName : name !== container) continue;
      if (!containerID || followed.has(containerID) || !(state?.running || state?.terminated)) continue;
      followed.add(containerID);
      inBackground(follow(pod.metadata.name, name, containerID), failureIsABug);
    }
  };
  const watcher = watchPods(cluster, pods, { signal }, (event) => {
    if (event.type === 'added' || event.type === 'modified') onPod(event.object);
  });
  await watcher.synced;
  started = true;
  await watcher.done;
}
