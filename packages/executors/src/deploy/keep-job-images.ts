import { read, refOf, subject, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { imageName } from '../workload/image.js';
import { containersOf, podSpecOf } from '../workload/pod-template.js';

/**
 * Leaves a Job in the cluster with the image that it was created with, because the pod template of a Job cannot change.
 *
 * @param options.reference reference of the image under development
 * @param options.recreate whether a Job that differs is created again
 * @returns the objects to apply, and a line for each Job that does not run the wanted image
 */
export async function keepJobImages(
  cluster: Cluster,
  objects: KubeObject[],
  { reference, recreate, signal }: { reference: string; recreate?: boolean; signal?: AbortSignal },
): Promise<{ objects: KubeObject[]; notices: string[] }> {
  const notices: string[] = [];
  const name = imageName(reference);
  const keep = async (object: KubeObject): Promise<KubeObject> => {
    if (object.kind !== 'Job' || recreate || !imagesOf(object, name).size) return object;
    const live = await read(cluster, refOf(object), { signal });
    if (!live || live.metadata.deletionTimestamp) return object;
    const has = imagesOf(live, name);
    const copy = structuredClone(object);
    const changed = containersOf(podSpecOf(copy)!).filter((container) => {
      const kept = has.get(container.name);
      if (!kept || kept === container.image || imageName(container.image ?? '') !== name) return false;
      container.image = kept;
      return true;
    });
    if (!changed.length) return object;
    notices.push(
      `${subject(object)} keeps the binary that it was created with, because a Job cannot change: delete it, or set the option recreate.`,
    );
    return copy;
  };
  return { objects: await Promise.all(objects.map(keep)), notices };
}

/** The images with a name, by container. */
function imagesOf(object: KubeObject, name: string): Map<string, string> {
  const spec = podSpecOf(object);
  const images = (spec ? containersOf(spec) : []).map((one) => [one.name, one.image ?? ''] as const);
  return new Map(images.filter(([, image]) => imageName(image) === name));
}
