import type { KubeObject } from '@nx-kube/cluster';
import { containersOf, podSpecOf } from './pod-template.js';

/**
 * The name of an image without tag and digest: `localhost:5001/team/app:v1@sha256:…` → `localhost:5001/team/app`.
 * A colon before the last slash is a registry's port, not a tag.
 */
export function imageName(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** The objects with every container that uses the image `name`, under whatever tag, using `reference`. Pure. */
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
