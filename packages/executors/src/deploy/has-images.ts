import type { KubeObject } from '@nx-kube/cluster';
import { containersOf, podSpecOf } from '../workload/pod-template.js';

/**
 * Whether a live workload starts its pods from the images that it is to have, container by container: the agent's init
 * container is one of them. Containers that only the live one has are somebody else's. Pure.
 */
export function hasImages(live: KubeObject, wanted: KubeObject): boolean {
  const now = imagesOf(live);
  return [...imagesOf(wanted)].every(([container, image]) => now.get(container) === image);
}

function imagesOf(workload: KubeObject): Map<string, string | undefined> {
  const spec = podSpecOf(workload);
  return new Map(spec && containersOf(spec).map(({ name, image }) => [name, image]));
}
