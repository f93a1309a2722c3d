import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { explain, watch, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { agentName } from '../workload/inject-agent.js';
import { followContainer, type ContainerStatus } from './follow-container.js';

export interface FollowPodsOptions {
  namespace: string;
  labelSelector: string;
  /** Default: every container that is not the agent's. */
  container?: string;
  sinceTime?: string;
  tailLines?: number;
  signal: AbortSignal;
  onLine: (pod: string, container: string, line: string) => void;
  onError: (pod: string, message: string) => void;
}

/**
 * Follows the logs of all pods that fit, those that come later and restarted containers too. Ends with the signal.
 *
 * @throws ApiError when pods may not be watched
 */
export async function followPods(cluster: Cluster, options: FollowPodsOptions): Promise<void> {
  const { namespace, labelSelector, container, signal, onLine, onError, ...from } = options;
  /** Runs of containers whose log is being, or has been, followed. */
  const followed = new Set<string>();
  let started = false;
  const follow = async (pod: string, name: string, id: string) => {
    // Of a pod that comes later every line is new.
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
  const watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector, signal }, (event) => {
    if (event.type === 'added' || event.type === 'modified') onPod(event.object);
  });
  await watcher.synced;
  started = true;
  await watcher.done;
}
