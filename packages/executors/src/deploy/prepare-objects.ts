import { stat } from 'node:fs/promises';
import type { Cluster, KubeObject } from '@nx-kube/cluster';
import { archiveIn } from '../image/archive/image-output.js';
import { isScriptIn } from '../image/archive/read-program.js';
import type { Stages } from '../sources/components.js';
import { agentVolumeSize } from '../workload/agent-volume.js';
import type { ImageUse } from '../workload/image.js';
import { prepare, type Prepared } from '../workload/mutate.js';
import { hiddenBinary, programOf, programPathOf, type ImageProcess } from '../workload/process.js';
import { currentImage } from './current-image.js';
import type { DeliveredImages } from './deliver-images.js';
import type { DeployOptions } from './deploy-options.js';
import type { ImageDeliveryOptions } from './image-delivery.js';
import { keepJobImages } from './keep-job-images.js';

export interface PrepareObjectsOptions extends ImageDeliveryOptions {
  /** Components that are applied with the rendered objects. They may run the image, too. Default: none. */
  components?: Stages<KubeObject>;
}

export interface PreparedObjects extends Prepared {
  components: Stages<KubeObject>;
  /** What does not run the current binary, and why: one line each. */
  notices: string[];
}

/**
 * Prepares rendered objects (patches, image, transform, agent). What runs the image besides the container under
 * development gets an image with the current binary, which this delivers.
 *
 * @throws NxKubeError from preparing or from the delivery
 */
export async function prepareObjects(
  cluster: Cluster,
  rendered: KubeObject[],
  images: DeliveredImages,
  options: DeployOptions,
  { components = { before: [], after: [] }, ...delivery }: PrepareObjectsOptions = {},
): Promise<PreparedObjects> {
  const { before, after } = components;
  const preparation = {
    volumeSize: options.agentVolumeSize ?? agentVolumeSize(await sizeOf(options.binary)),
    ...{ ...options, ...images, beside: [...before, ...after].flat() },
    currentImage: (path: string | undefined) => currentImage(cluster, options, path, delivery),
  };
  const prepared = await prepare(rendered, preparation, options.manifests);
  if (options.agent !== false && !options.binaryPath) await requireProgram(prepared, images.image, options.image);
  const { recreate } = options;
  const all = [...prepared.objects, ...prepared.beside];
  const kept = await keepJobImages(cluster, all, { reference: images.image.reference, recreate, ...delivery });
  const objects = kept.objects.slice(0, prepared.objects.length);
  const beside = kept.objects.slice(prepared.objects.length);
  const stagesOf = (stages: KubeObject[][]) => stages.map(({ length }) => beside.splice(0, length));
  return {
    ...prepared,
    objects,
    components: { before: stagesOf(before), after: stagesOf(after) },
    notices: [...outdatedNotices(prepared), ...kept.notices],
  };
}

/**
 * Refuses a process whose first word is a script of the image: a new binary would take the place of the script.
 *
 * @throws NxKubeError (configuration) with the option that settles it
 */
async function requireProgram({ workload, container }: Prepared, image: ImageProcess, folder: string): Promise<void> {
  const path = programPathOf(container, programOf(workload, container, { image }).program, image);
  const archive = archiveIn(folder);
  if (!path || !(await sizeOf(archive)) || !(await isScriptIn(archive, path))) return;
  throw hiddenBinary(workload, container, `${path} is a script, which may start any program`, image);
}

/** Size (bytes) of a file. Returns undefined if there is none. */
async function sizeOf(path: string | undefined): Promise<number | undefined> {
  return path === undefined ? undefined : (await stat(path).catch(() => undefined))?.size;
}

function outdatedNotices({ uses, outdated }: Prepared): string[] {
  if (!outdated) return [];
  return uses.map((use) => `${nameOf(use)} has the binary that its image was built with: ${outdated}.`);
}

/** `Deployment/demo/app: initContainers[migrate].image`. */
export function nameOf({ subject, field }: Pick<ImageUse, 'subject' | 'field'>): string {
  return `${subject}: ${field}`;
}
