import { listPods, type Cluster } from '@nx-kube/cluster';
import { agentName } from '../workload/inject-agent.js';
import { containersOf, type PodSpec } from '../workload/pod-template.js';
import { followContainer, type ContainerStatus } from './follow-container.js';
import type { FollowPodsOptions } from './follow-pods.js';

/**
 * Reads the logs of all matching pods, pod by pod, without waiting for further lines. Skips containers that have not
 * started.
 *
 * @returns the number of pods
 * @throws ApiError when pods or logs may not be read
 */
export async function readPods(cluster: Cluster, options: FollowPodsOptions): Promise<number> {
  const { pods: choice, container, signal, onLine, sinceTime, tailLines } = options;
  const { namespace } = choice;
  const pods = await listPods(cluster, choice, { signal });
  for (const { metadata, spec, status } of pods) {
    const known = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])] as ContainerStatus[];
    const started = new Set(known.filter(({ containerID }) => containerID).map(({ name }) => name));
    const names = containersOf(spec as PodSpec).map(({ name }) => name);
    const isWanted = (name: string) => (container === undefined ? name !== agentName : name === container);
    for (const name of names.filter((each) => started.has(each) && isWanted(each))) {
      const source = { namespace, pod: metadata.name, container: name };
      for await (const line of followContainer(cluster, source, { sinceTime, tailLines, follow: false, signal })) {
        onLine(metadata.name, name, line);
      }
    }
  }
  return pods.length;
}
