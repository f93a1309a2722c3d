import { join } from 'node:path';
import { explain, refOf, waitReady } from '@nx-kube/cluster';
import type { DeliveredImages } from '../deploy/deliver-images.js';
import type { Emit } from '../events/events.js';
import { handOver } from '../flux/hand-over.js';
import { Forwards } from '../forwards/forwards.js';
import type { PodKeeper } from '../pods/pod-keeper.js';
import { WorkloadPods } from '../pods/workload-pods.js';
import type { Prepared } from '../workload/mutate.js';
import { Lane } from './lane.js';
import { Health } from './observe/health.js';
import type { LoopOptions } from './options.js';
import type { LoopParts } from './options.js';
import type { Gate, Work } from './plan/gate.js';
import { runInOrder } from './plan/run-in-order.js';
import { fluxTarget } from './targets/flux.js';
import { goBuildTarget } from './targets/go-build.js';
import { imageBuildTarget } from './targets/image-build.js';
import { kustomizeBuildTarget } from './targets/kustomize-build.js';
import type { LoopTarget } from './targets/loop-target.js';
import { otherTarget } from './targets/other.js';
import { secretsTarget } from './targets/secrets.js';
import { timeout } from './timeout.js';
import { valueCell } from './value-cell.js';

/** The lanes of a project's targets. */
export interface Lanes {
  /** Has everything made for the first time. */
  start(): void;
  /** Has targets run now, each for its work, those first that others wait for. */
  serve(work: ReadonlyMap<string, Work>): void;
  /** Takes over options that have changed, as far as no target has to run for that. */
  onOptions(): void;
  /** Resolves when nothing is under way any more, or after so long. For when the signal says to stop. */
  ended(withinMs: number): Promise<void>;
}

/**
 * The lanes of the project's targets, and the one way to have them served.
 *
 * @param options as they are at the time
 * @param patienceMs how long to try what fails in passing
 */
export function startLanes(
  options: () => LoopOptions,
  gate: Gate,
  { cluster, runner, emit: report, signal, onApplying }: LoopParts,
  patienceMs: number,
): Lanes {
  const { deploy, targets, env, graceMs, logs, releaseLease = false } = options();
  const health = new Health({
    ...{ emit: report, signal },
    wait: (objects, until) => waitReady(cluster, objects.map(refOf), { timeoutMs: options().timeoutMs, signal: until }),
  });
  const emit: Emit = (event) => {
    report(event);
    health.onEvent(event);
    if (event.type === 'process' && event.state === 'ready') applyAgain();
  };
  const tell = (target: string) => (message: string) => emit({ type: 'progress', target, message });
  const patience = { emit, forMs: patienceMs };
  const images = valueCell<DeliveredImages>();
  const keeper = valueCell<PodKeeper>();
  const pods = new WorkloadPods({
    ...{ cluster, storeDirectory: join(deploy.stateDirectory, 'binaries'), graceMs, emit, signal, logs },
    probe: !deploy.debug,
    leases: { release: releaseLease },
  });
  const forwards = new Forwards(cluster, options().portForwards, { emit, signal });

  const lanes = new Map<string, Lane<unknown>>();
  const add = <Content>(target: LoopTarget<Content>) =>
    lanes.set(target.target, new Lane(target, emit, signal) as Lane<unknown>);
  let newest: Work = { number: 0, files: [], at: performance.now() };
  const underWay = new Map<string, Set<Promise<void>>>();
  /** Set while what was rendered is not in the cluster, for something in it did not get ready. */
  let notApplied = false;

  const run = async (target: string, work: Work): Promise<void> => {
    const entry = await lanes.get(target)!.run(work.at);
    if (signal.aborted) return;
    if (target === targets.kustomizeBuild && entry.outcome !== 'superseded') notApplied = entry.outcome === 'failed';
    emit({ type: 'ledger', edit: work.number, files: work.files, entry });
    if (target === targets.goBuild && entry.outcome === 'delivered') applyAgain();
  };
  const serve = (work: ReadonlyMap<string, Work>) => {
    for (const one of work.values()) if (one.number >= newest.number) newest = one;
    const waitsFor = (target: string) => options().waitsFor?.get(target) ?? [];
    runInOrder([...work.keys()], waitsFor, (target) => {
      const others = underWay.get(target) ?? new Set();
      const running = run(target, work.get(target)!).finally(() => {
        others.delete(running);
        if (target === targets.imageBuild && imageAgain) wantImage();
      });
      underWay.set(target, others.add(running));
      return running;
    });
  };
  const serveNow = (target: string) => serve(new Map([[target, { ...newest, at: performance.now() }]]));
  /** Unless its gate is closed: then it comes with what has collected there. */
  const serveManifests = () => gate.admit([targets.kustomizeBuild], newest).forEach(serveNow);

  let built = false;
  /** Set where the first image was wanted again while it was being made. */
  let imageAgain = false;
  /** The first image is made around the binary, and from the manifests: it is tried again when one of them is mended. */
  const wantImage = () => {
    if (images.value !== undefined || !built) return;
    imageAgain = (underWay.get(targets.imageBuild)?.size ?? 0) > 0;
    if (!imageAgain) serveNow(targets.imageBuild);
  };
  /** What waited for the controller can go on when it has been mended. */
  const applyAgain = () => {
    if (notApplied) serveManifests();
    notApplied = false;
  };

  /** Set once Flux has been told to leave the workload alone. */
  let handedOver = false;
  const beforeApply = async ({ workload }: Prepared) => {
    onApplying?.();
    if (handedOver) return;
    const { project } = deploy;
    const { suspended, resumed } = await handOver(cluster, { project, workload: refOf(workload), signal });
    const say = tell(targets.kustomizeBuild);
    suspended.forEach((name) => say(`${name} is suspended until nx run ${project}:down: Flux reconciles the workload`));
    handedOver = true;
    resumed.forEach((name) => say(`${name}, which an earlier run suspended, is resumed`));
  };

  for (const { target } of options().flux ?? []) {
    const now = () => options().flux!.find((one) => one.target === target)!;
    add(fluxTarget({ cluster, now, patience, onLine: tell(target) }));
  }
  for (const { target } of options().secrets ?? []) {
    const now = () => options().secrets!.find((one) => one.target === target)!;
    add(
      secretsTarget({
        ...{ cluster, now, patience },
        onApplied: (changes, dependents) => emit({ type: 'secrets', target, changes, ...dependents }),
      }),
    );
  }
  add(
    goBuildTarget({
      target: targets.goBuild,
      build: options().goBuild,
      runner,
      env,
      keeper: (until) => keeper.get(until),
      currentKeeper: () => pods.current,
      onBuilt: () => {
        built = true;
        wantImage();
      },
      onOutput: tell(targets.goBuild),
    }),
  );
  add(
    imageBuildTarget({
      target: targets.imageBuild,
      ...{ cluster, runner, env, patience, deploy: () => options().deploy },
      onDelivered: (delivered) => {
        const isFirst = images.value === undefined;
        images.set(delivered);
        if (!isFirst) serveManifests();
      },
    }),
  );
  add(
    kustomizeBuildTarget({
      target: targets.kustomizeBuild,
      ...{ cluster, runner, patience, deploy: () => options().deploy, kustomization: options().kustomization },
      images: (until) => images.get(until),
      timeoutMs: () => options().timeoutMs,
      onRendered: wantImage,
      beforeApply,
      onWorkload: async (prepared) => {
        keeper.set(await pods.keep(prepared));
        forwards.onApplied(prepared.workload, prepared.objects);
      },
      onApplied: (applied) => {
        emit({ type: 'applied', changes: applied.changes });
        if (deploy.debug) emit({ type: 'debug', state: 'on', changes: applied.relaxed });
        health.onApplied(applied.objects);
      },
    }),
  );
  for (const other of options().others ?? []) add(otherTarget(other, runner));

  return {
    serve,
    start() {
      const work = { number: 0, files: [], at: performance.now() };
      // The image comes by itself, with the binary.
      serve(
        new Map([...lanes.keys()].filter((target) => target !== targets.imageBuild).map((target) => [target, work])),
      );
    },
    onOptions() {
      const target = 'port-forwards';
      try {
        forwards.setSpecs(options().portForwards);
        emit({ type: 'target', target, state: 'ok' });
      } catch (error) {
        emit({ type: 'target', target, state: 'error', message: explain(error) });
      }
    },
    async ended(withinMs) {
      const all = [...underWay.values()].flatMap((running) => [...running]);
      await timeout(withinMs, Promise.allSettled(all));
    },
  };
}
