import {
  applySet,
  pruneSet,
  checkKinds,
  refOf,
  type Change,
  type Cluster,
  type KubeObject,
  type Ref,
  type WaitReadyOptions,
} from '@nx-kube/cluster';
import { fromSuspendedFlux } from '../flux/take-over.js';
import { namingAdditions } from '../workload/agent-volume.js';
import type { Prepared } from '../workload/mutate.js';
import { requireNone } from './check-content.js';
import { readOtherObjects, type ContentOptions, type OtherObjects } from './content.js';
import type { DeliveredImages } from './deliver-images.js';
import { setOf } from './deploy-options.js';
import { mayLeave } from './left-fields.js';
import { prepareObjects } from './prepare-objects.js';
import { replaceStuckPods } from './replace-stuck-pods.js';
import { restartForConfig } from './restart-for-config.js';
import { waitDeployed } from './wait-deployed.js';

/** The result. `objects` also holds the objects of other sources and of components. */
export interface Applied extends Prepared {
  changes: Change[];
  /** One line for each workload that reads only at its start what has changed: it restarts, or has to. */
  restarts: string[];
  /**
   * Prunes what left the set and live pods still used. Call it when the rollout is done. Absent if there is nothing.
   */
  pruneUnused?: (signal: AbortSignal) => Promise<Change[]>;
}

export interface ApplyManifestsOptions {
  /** Objects of other sources, if the caller has read them. Default: read here. */
  others?: OtherObjects;
  dryRun?: boolean;
  /** Time-out (ms) for objects that others depend on to become ready. Default: 300,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called with the status of objects that others depend on. */
  onStatus?: WaitReadyOptions['onStatus'];
  onProgress?: (change: Change) => void;
  /** Called with what else a user should know: the delivery of an image, what does not run the current binary. */
  onNotice?: (message: string) => void;
  /** Called before anything is applied. */
  beforeApply?: (prepared: Prepared) => Promise<void>;
  /** Called with all objects when the controller is applied. Components that depend on it are applied later. */
  onWorkload?: (prepared: Prepared) => Promise<void>;
}

/**
 * Prepares rendered objects (patches, image, transform, agent) and applies them, and those of other sources as they
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
  const { dryRun, timeoutMs = 300_000, signal, onStatus, onProgress, onNotice } = application;
  const { beforeApply, onWorkload } = application;
  const { extra, components } = application.others ?? (await readOtherObjects(cluster, options, signal));
  const delivery = { components, dryRun, signal, onProgress: onNotice };
  const prepared = await prepareObjects(cluster, rendered, images, options, delivery);
  prepared.notices.forEach((notice) => onNotice?.(notice));
  const { before, after } = prepared.components;
  const stages = [...before, [...prepared.objects, ...extra], ...after];
  const objects = stages.flat();
  const set = setOf(options.project, cluster, options.owner);
  const { recreate, force } = options;
  const takeOver = fromSuspendedFlux(cluster, signal);
  const leaves = mayLeave(prepared);
  const { takenOut } = prepared;
  const settling = { force, takeOver, mayLeave: leaves, takenOut };
  const inUse: Ref[] = [];
  const onInUse = (refs: Ref[]) => void inUse.push(...refs);
  const applyAll = (upTo: KubeObject[], prune?: false) =>
    applySet(cluster, set, upTo, { ...settling, recreate, dryRun, prune, signal, onProgress, onInUse }).catch(
      (error: unknown) => {
        throw namingAdditions(error, upTo);
      },
    );

  const workloadApplied = async (changes: readonly Change[]) => {
    if (!dryRun && isConfigured(prepared.workload, changes)) {
      const stuck = await replaceStuckPods(cluster, prepared.workload, prepared.container.name, signal);
      stuck.forEach((pod) => onNotice?.(`Pod/${pod} did not run and held up the new template, so it was deleted`));
    }
    await onWorkload?.({ ...prepared, objects });
  };

  requireNone(await checkKinds(cluster, stages[0]!, { all: objects, signal }), options);
  await beforeApply?.(prepared);
  const early: Change[] = [];
  if (!dryRun) {
    for (const [i, stage] of stages.slice(0, -1).entries()) {
      // The namespaces and CRDs of all stages come first: a component may live in a namespace of the controller's
      // manifests.
      const upTo = [
        ...objects.filter(isGround),
        ...stages
          .slice(0, i + 1)
          .flat()
          .filter((object) => !isGround(object)),
      ];
      // Nothing is pruned before the last stage: an object of a later stage may exist from the last run.
      early.push(...(await applyAll(upTo, false)));
      if (i === before.length) await workloadApplied(early);
      await waitDeployed(cluster, stage, { timeoutMs, signal, onStatus });
    }
  }
  const last = await applyAll(objects);
  if (!after.length) await workloadApplied(last);
  const changes = merged(early, last);
  const config = { main: refOf(prepared.workload), objects, changes };
  const restarts = dryRun ? [] : await restartForConfig(cluster, config, { signal });
  const pruneUnused = (signal: AbortSignal) => pruneSet(cluster, set, objects, { signal });
  return { ...prepared, objects, changes, restarts, ...(inUse.length && { pruneUnused }) };
}

function isConfigured({ kind, metadata }: KubeObject, changes: readonly Change[]): boolean {
  return changes.some(({ subject, action }) => {
    const words = subject.split('/');
    return action === 'configured' && words[0] === kind && words.at(-1) === metadata.name;
  });
}

function isGround({ kind }: KubeObject): boolean {
  return kind === 'Namespace' || kind === 'CustomResourceDefinition';
}

/** Keeps the change that an early stage made to an object, although the last pass finds it unchanged. */
function merged(early: readonly Change[], last: readonly Change[]): Change[] {
  const done = new Map(early.filter(({ action }) => action !== 'unchanged').map((change) => [change.subject, change]));
  return last.map((change) => (change.action === 'unchanged' ? (done.get(change.subject) ?? change) : change));
}
