import type { KubeObject } from '@nx-kube/cluster';
import { containersOf, podSpecOf } from './pod-template.js';

/**
 * Name of an image without tag and digest: `localhost:5001/team/app:v1@sha256:…` → `localhost:5001/team/app`. A colon
 * before the last slash belongs to the port of a registry, not to a tag. Pure.
 */
export function imageName(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** Sets `reference` on every container that uses the image `name` with any tag. Returns new objects. Pure. */
export function replaceImage(objects: KubeObject[], name: string, reference: string): KubeObject[] {
  return objects.map((object) => {
    if (!podSpecOf(object)) return object;
    const copy = structuredClone(object);
    for (const container of containersOf(podSpecOf(copy)!)) {
      if (container.image && imageName(container.image) === name) container.image = reference;
    }
    return copy;
  });
}
