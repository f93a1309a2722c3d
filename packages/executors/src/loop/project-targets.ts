import { refOf, type Change, type KubeObject, type Ref } from '@nx-kube/cluster';
import type { DeliveredImages } from '../deploy/deliver-images.js';
import { onlyNewLeft } from '../deploy/left-fields.js';
import { restartForConfig } from '../deploy/restart-for-config.js';
import type { Emit } from '../events/events.js';
import { notReady } from '../format/not-ready.js';
import type { Forwards } from '../forwards/forwards.js';
import type { PodKeeper } from '../pods/pod-keeper.js';
import type { WorkloadPods } from '../pods/workload-pods.js';
import { handOverOnce } from './hand-over-once.js';
import type { AppliedObjects } from './observe/applied-objects.js';
import type { Health } from './observe/health.js';
import type { LoopOptions, LoopParts } from './options.js';
import type { ScheduleEvent } from './plan/schedule.js';
import { fluxTarget } from './targets/flux.js';
import { goBuildTarget } from './targets/go-build.js';
import { imageBuildTarget } from './targets/image-build.js';
import { ImageRenewal } from './targets/image-renewal.js';
import { kustomizeBuildTarget, type KustomizeBuildTargetParts } from './targets/kustomize-build.js';
import type { LoopTarget } from './targets/loop-target.js';
import { otherTarget } from './targets/other.js';
import type { RetryNotice } from './targets/retry-with-notice.js';
import { secretsTarget } from './targets/secrets.js';
import { valueCell, type ValueCell } from './value-cell.js';

export interface ProjectTargetsParts extends Pick<LoopParts, 'cluster' | 'runner' | 'signal' | 'onApplying'> {
  /** The options as they are at the time. */
  options: () => LoopOptions;
  /** How long to retry transient failures (ms). */
  patienceMs: number;
  pods: WorkloadPods;
  forwards: Forwards;
  health: Health;
  objects: AppliedObjects;
  emit: Emit;
  /** The targets that may install kinds and namespaces which the manifests need. */
  installers: KustomizeBuildTargetParts['installers'];
  /** Tells the schedule what has been made and delivered. */
  on: (event: ScheduleEvent) => void;
}

interface Context extends ProjectTargetsParts {
  patience: RetryNotice;
  /** Prints progress of a target. */
  say: (target: string) => (message: string) => void;
  /** Where the images are, once they have been delivered. */
  images: ValueCell<DeliveredImages>;
  /** The keeper of the pods, once the workload has been applied. */
  keeper: ValueCell<PodKeeper>;
  /** The workload, once it has been applied. */
  workload: ValueCell<KubeObject>;
  renewal: ImageRenewal;
}

/** The targets of a project's loop, and how each of them works with the cluster. */
export function projectTargets(parts: ProjectTargetsParts): LoopTarget<unknown>[] {
  const { options, emit, runner, patienceMs } = parts;
  const context: Context = {
    ...parts,
    patience: { emit, forMs: patienceMs },
    say: (target) => (message) => {
      if (message.trim()) emit({ type: 'progress', target, message });
    },
    images: valueCell(),
    keeper: valueCell(),
    workload: valueCell(),
    renewal: new ImageRenewal(),
  };
  const { flux = [], secrets = [], others = [] } = options();
  return [
    ...flux.map(({ target }) => fluxTargetOf(target, context)),
    ...secrets.map(({ target }) => applying(secretsTargetOf(target, context), context)),
    ...others.map((other) => otherTarget(other, runner)),
    goBuildTargetOf(context),
    imageBuildTargetOf(context),
    applying(kustomizeBuildTargetOf(context), context),
  ];
}

/** A target that applies objects: what happens to them during a delivery is its own work. */
function applying(target: LoopTarget<unknown>, { objects }: Context): LoopTarget<unknown> {
  const deliver: typeof target.deliver = (...delivery) =>
    objects.during(target.target, () => target.deliver(...delivery));
  return { ...target, deliver };
}

/** The objects that exist after an apply. */
function presentIn(changes: readonly Change[]): Ref[] {
  return changes.filter(({ action }) => action !== 'pruned').map(({ ref }) => ref);
}

function fluxTargetOf(target: string, { cluster, options, patience, say }: Context): LoopTarget<unknown> {
  const now = () => options().flux!.find((one) => one.target === target)!;
  return fluxTarget({ cluster, now, patience, onLine: say(target) });
}

function secretsTargetOf(target: string, context: Context): LoopTarget<unknown> {
  const { cluster, options, patience, objects, workload, emit, signal } = context;
  const now = () => options().secrets!.find((one) => one.target === target)!;
  return secretsTarget({
    ...{ cluster, now, patience },
    async onApplied(changes, dependents) {
      emit({ type: 'secrets', target, changes, ...dependents });
      objects.onApplied(target, presentIn(changes));
      const applied = workload.value;
      if (!applied) return;
      const restarted = await restartForConfig(
        cluster,
        { main: refOf(applied), objects: [applied], changes },
        { signal },
      );
      restarted.forEach((message) => emit({ type: 'notice', target, message }));
    },
  });
}

function goBuildTargetOf({ options, runner, keeper, pods, renewal, on, say }: Context): LoopTarget<unknown> {
  const { targets, env, goBuild: build, deploy } = options();
  const target = targets.goBuild;
  return goBuildTarget({
    ...{ target, build, runner, env },
    kustomizeBuild: targets.kustomizeBuild,
    keeper: (until) => keeper.get(until),
    hasKeeper: () => keeper.value !== undefined,
    currentKeeper: () => pods.current,
    isCached: () => !options().notCached?.has(target),
    onBuilt: (digest) => {
      on({ type: 'built' });
      const renewed = renewal.onBuilt(digest);
      if (renewed.type === 'renew') on({ type: 'image-outdated' });
      if (renewed.type === 'keep') {
        const names = renewed.uses.join(', ');
        const next = `nx run ${deploy.project}:trigger --targets=${targets.kustomizeBuild} renews it and replaces the pod`;
        say(targets.kustomizeBuild)(`an image with an older binary is named by ${names}; ${next}`);
      }
    },
    onOutput: say(target),
  });
}

function imageBuildTargetOf({ cluster, options, runner, patience, images, on }: Context): LoopTarget<unknown> {
  const { targets, env } = options();
  return imageBuildTarget({
    ...{ target: targets.imageBuild, cluster, runner, env, patience },
    deploy: () => options().deploy,
    onDelivered: (delivered) => {
      images.set(delivered);
      on({ type: 'images-delivered' });
    },
  });
}

function kustomizeBuildTargetOf(context: Context): LoopTarget<unknown> {
  const { cluster, options, runner, patience, images, keeper, workload, pods, forwards, health } = context;
  const { objects, emit, on, say, signal, renewal } = context;
  const { targets, deploy, kustomization } = options();
  const target = targets.kustomizeBuild;
  const newlyLeft = onlyNewLeft();
  const handOver = handOverOnce({ cluster, project: deploy.project, say: say(target), signal });
  return kustomizeBuildTarget({
    ...{ target, cluster, runner, patience, kustomization },
    deploy: () => options().deploy,
    imageBuild: targets.imageBuild,
    images: (until) => images.get(until),
    hasImages: () => images.value !== undefined,
    imageFor: () => options().imageFor,
    installers: context.installers,
    renewal,
    onNotice: say(target),
    timeoutMs: () => options().timeoutMs,
    isCached: () => !options().notCached?.has(target),
    onStatus: (ref, now) => now.status === 'Current' || say(target)(notReady(ref, now)),
    onRendered: () => on({ type: 'rendered' }),
    beforeApply: async ({ workload }) => {
      context.onApplying?.();
      await handOver(workload);
    },
    onWorkload: async (prepared) => {
      workload.set(prepared.workload);
      keeper.set(await pods.keep(prepared));
      forwards.onApplied(prepared.workload, prepared.objects);
    },
    onApplied: (applied) => {
      emit({ type: 'applied', changes: newlyLeft(applied.changes), forceWith: options().deploy.forceWith });
      applied.restarts.forEach((message) => emit({ type: 'notice', target, message }));
      if (deploy.debug) emit({ type: 'debug', state: 'on', changes: applied.relaxed });
      on({ type: 'applied' });
      objects.onApplied(target, presentIn(applied.changes));
      const { pruneUnused } = applied;
      const whenReady = async (until: AbortSignal) => {
        const pruned = await pruneUnused?.(until);
        if (pruned?.length) emit({ type: 'applied', changes: pruned });
      };
      health.onApplied(applied.objects, whenReady);
    },
  });
}
