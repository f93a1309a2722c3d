import { NxKubeError, type KubeObject } from '@nx-kube/cluster';
import { findWorkload, type Workload, type WorkloadChoice } from './find.js';
import { imageUses, replaceImage, type ImageField, type ImageUse } from './image.js';
import { podSpecOf } from './pod-template.js';
import { programOf, programPathOf, type ImageProcess } from './process.js';
import { applyTransform } from './transform.js';

/** Reference of an image with the current binary, or why there is none: a clause. */
export type CurrentImage = { reference: string } | { problem: string };

/** What decides about the image in the objects. */
export interface ImagePreparation extends WorkloadChoice {
  /** The pushed image, with the entrypoint and arguments of its config. */
  image: ImageProcess & { reference: string };
  /** Where nodes have the images from. Default: the manifests decide about `imagePullPolicy`. */
  source?: 'registry' | 'node';
  /**
   * Delivers an image with the current binary, for what runs the image besides the container under development.
   * Default: that has the same image as the container.
   *
   * @param path path of the binary in the image; undefined if only the pod knows it
   */
  currentImage?: (path: string | undefined) => Promise<CurrentImage>;
  /** More fields that name the image. */
  imageFields?: readonly ImageField[];
  /** Objects that are applied beside the rendered ones, and may use the image, too. */
  beside?: readonly KubeObject[];
  /** The word of the process that is the binary, for a wrapper that hides it. */
  binaryPath?: string;
}

/** The objects with the image, and what is known of its uses. */
interface Replaced {
  objects: KubeObject[];
  beside: KubeObject[];
  uses: ImageUse[];
  /** Why the uses do not have the current binary; undefined if they have. */
  outdated?: string;
  /** The reference that they have. */
  current?: string;
  /** The image of the container under development in the manifests. */
  rendered?: string;
}

/**
 * Sets the image on the objects, wherever they use it.
 *
 * @param known the reference with the current binary, if it has been delivered already
 * @throws NxKubeError (configuration) from a field of the option `imageFields`
 */
export async function withImage(
  objects: KubeObject[],
  { image, source, currentImage, imageFields: fields, beside = [], binaryPath }: ImagePreparation,
  { object, container }: Workload,
  known?: string,
): Promise<Replaced> {
  const { image: rendered, name } = container;
  if (!rendered) return { objects, beside: [...beside], uses: [] };
  const program = programName(object, container, { image, binaryPath });
  const own = { object, container: name, program };
  const uses = imageUses([...objects, ...beside], rendered, { own, fields });
  const path = program && programPathOf(container, program, image);
  const delivered = uses.length && currentImage && !known ? await currentImage(path) : undefined;
  const current = delivered && 'reference' in delivered ? delivered.reference : known;
  const all = replaceImage([...objects, ...beside], rendered, image.reference, { own, fields, source, current });
  return {
    objects: all.slice(0, objects.length),
    beside: all.slice(objects.length),
    ...{ uses, rendered, current },
    outdated: delivered && 'problem' in delivered ? delivered.problem : undefined,
  };
}

/**
 * Sets the image on the objects, runs the user's transform, and sets the image on what the transform brought in. The
 * transform may add or rename the workload itself.
 *
 * @param transform absolute path of the module
 * @throws NxKubeError (configuration, user-code) from the transform, or when the choice selects no workload after it
 */
export async function transformed(
  patched: KubeObject[],
  preparation: ImagePreparation,
  transform: string,
  source: string,
): Promise<Replaced> {
  const before = findIfAny(patched, preparation, source);
  const first = before && (await withImage(patched, preparation, before));
  const changed = await applyTransform(first?.objects ?? patched, transform);
  const { object, container } = findWorkload(changed, preparation, source);
  const again = { ...preparation, imageFields: undefined, beside: first?.beside ?? preparation.beside };
  const image = first?.rendered ?? container.image;
  const workload = { object, podSpec: podSpecOf(object)!, container: { ...container, image } };
  const second = await withImage(changed, again, workload, first?.current);
  return { ...second, uses: [...(first?.uses ?? []), ...second.uses], outdated: first?.outdated ?? second.outdated };
}

function findIfAny(objects: KubeObject[], choice: WorkloadChoice, source: string): Workload | undefined {
  try {
    return findWorkload(objects, choice, source);
  } catch (error) {
    if (error instanceof NxKubeError) return undefined;
    throw error;
  }
}

/** The program of a container. The agent's step reports one that is not known. */
function programName(...process: Parameters<typeof programOf>): string | undefined {
  try {
    return programOf(...process).program;
  } catch (error) {
    if (error instanceof NxKubeError) return undefined;
    throw error;
  }
}
