import { applySet, refOf, waitReady, type Change, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { fromSuspendedFlux } from '../flux/take-over.js';
import { imageName, replaceImage } from '../workload/image.js';
import { prepare, type Prepared } from '../workload/mutate.js';
import { readOtherObjects, type ContentOptions, type OtherObjects } from './content.js';
import type { DeliveredImages } from './deliver-images.js';
import { setOf } from './deploy-options.js';

/** `objects` are all that was applied, those of other sources and components too. */
export interface Applied extends Prepared {
  changes: Change[];
}

export interface ApplyManifestsOptions {
  /** Objects of other sources, for callers that have read them already. Default: they are read. */
  others?: OtherObjects;
  dryRun?: boolean;
  /** How long what others depend on may take to become ready, in ms. Default: 300,000 ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
  onProgress?: (change: Change) => void;
  /** Called before anything is applied. */
  beforeApply?: (prepared: Prepared) => Promise<void>;
  /** Called when the controller has been applied, with all objects; what comes after it waits until it is ready. */
  onWorkload?: (prepared: Prepared) => Promise<void>;
}

/**
 * Prepares rendered objects (patches, transform, image, agent) and applies them, and those of other sources as they
 * are, as the project's set: staged, with what left the set pruned. What already is as desired is not written.
 * Components that the controller depends on are ready before it is applied, and it before those that depend on it.
 *
 * @throws NxKubeError from preparing, or naming the object that cannot be applied or does not get ready
 */
export async function applyManifests(
  cluster: Cluster,
  rendered: KubeObject[],
  images: DeliveredImages,
  options: ContentOptions,
  application: ApplyManifestsOptions = {},
): Promise<Applied> {
  const { dryRun, timeoutMs = 300_000, signal, onProgress, beforeApply, onWorkload } = application;
  const prepared = await prepare(rendered, { ...options, ...images }, options.manifests);
  const { extra, components } = application.others ?? (await readOtherObjects(cluster, options, signal));
  // What runs beside the controller may come from its image, too.
  const { image: own } = prepared.container;
  const beside = (stage: KubeObject[]) => (own ? replaceImage(stage, imageName(own), images.image.reference) : stage);
  const [before, after] = [components.before.map(beside), components.after.map(beside)];
  const stages = [...before, [...prepared.objects, ...extra], ...after];
  const objects = stages.flat();
  const set = setOf(options.project, cluster);
  const { recreate, force } = options;
  const takeOver = fromSuspendedFlux(cluster, signal);
  const applyAll = (upTo: KubeObject[], prune?: false) =>
    applySet(cluster, set, upTo, { recreate, force, takeOver, dryRun, prune, signal, onProgress });

  await beforeApply?.(prepared);
  const early: Change[] = [];
  if (!dryRun) {
    for (const [i, stage] of stages.slice(0, -1).entries()) {
      // Namespaces and definitions of all come first: a component may live in what the controller brings along.
      const upTo = [
        ...objects.filter(isGround),
        ...stages
          .slice(0, i + 1)
          .flat()
          .filter((object) => !isGround(object)),
      ];
      // Nothing is pruned before all is applied: what is to come may still be there.
      early.push(...(await applyAll(upTo, false)));
      if (i === before.length) await onWorkload?.({ ...prepared, objects });
      await waitReady(cluster, stage.map(refOf), { timeoutMs, signal });
    }
  }
  const last = await applyAll(objects);
  if (!after.length) await onWorkload?.({ ...prepared, objects });
  return { ...prepared, objects, changes: merged(early, last) };
}

function isGround({ kind }: KubeObject): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition';
}

/** What a stage did to an object stands, though later ones find it unchanged. */
function merged(early: readonly Change[], last: readonly Change[]): Change[] {
  const done = new Map(early.filter(({ action }) => action !== 'unchanged').map((change) => [change.subject, change]));
  return last.map((change) => (change.action === 'unchanged' ? (done.get(change.subject) ?? change) : change));
}
