import { refOf, type Cluster } from '@nx-kube/cluster';
import { join } from 'node:path';
import type { DeliveredImages } from '../delivery/deliver-images.js';
import type { ContentOptions } from '../delivery/content.js';
import { handOver } from '../flux/hand-over.js';
import { Forwards } from '../forwards/forwards.js';
import type { PortForwardSpec } from '../forwards/port-forward-options.js';
import type { GoBuild } from '../go/build.js';
import type { Render } from '../kustomize/render.js';
import type { PodKeeper } from '../pods/pod-keeper.js';
import type { ControlRequest } from '../control/messages.js';
import { binaryResource } from './binary-resource.js';
import { obey } from './commands.js';
import type { Emit } from './events.js';
import { Gate, type TriggerMode, type Work } from './gate.js';
import { Health } from './health.js';
import { imageResource } from './image-resource.js';
import { Lane, type Resource } from './lane.js';
import { latest } from './latest.js';
import { manifestsResource } from './manifests-resource.js';
import { startInOrder } from './order.js';
import { staleTargets, watchRoots, type FileInputs } from './plan.js';
import { targetResource, type OtherTarget } from './target-resource.js';
import type { TaskRunner } from './task-runner.js';
import { Verdict } from './verdict.js';
import { watch, type Edit } from './watch.js';
import { WorkloadPods } from './workload-pods.js';

export interface LoopOptions {
  workspaceRoot: string;
  deploy: ContentOptions;
  /** Names of the targets that make the content. */
  targets: { goBuild: string; kustomizeBuild: string; imageBuild: string };
  /** Other targets that are part of the loop. Default: none. */
  others?: readonly OtherTarget[];
  /** The targets that a target waits for where an edit makes both run. Default: none. */
  waitsFor?: ReadonlyMap<string, readonly string[]>;
  /** The files that each target is made from, by its name. */
  inputs: ReadonlyMap<string, FileInputs>;
  goBuild: GoBuild;
  kustomization: Render;
  /** Variables for runs through Nx: GOARCH, where the nodes' architecture is not this machine's. */
  env: Record<string, string>;
  /** Time between SIGTERM and SIGKILL for the controller's process, in ms. */
  graceMs?: number;
  /** How long what was applied may take to become ready, in ms. */
  timeoutMs: number;
  /** Report what the controller writes. */
  logs: boolean;
  /** End the Lease of a process that is gone and did not give it back. Default: false. */
  releaseLease?: boolean;
  portForwards: PortForwardSpec[];
  /** By target; `auto` where there is none. */
  modes: Readonly<Record<string, TriggerMode>>;
}

export interface LoopParts {
  cluster: Cluster;
  runner: TaskRunner;
  emit: Emit;
  signal: AbortSignal;
  /** Opens the way for commands from other terminals, each of which is given to `obey`. */
  control?: (gate: Gate, obey: (request: ControlRequest) => void) => Promise<void>;
}

/** Brings the project up and keeps it current until the signal. */
export async function runLoop(options: LoopOptions, parts: LoopParts): Promise<void> {
  const { workspaceRoot, inputs, targets, modes } = options;
  const { emit, signal } = parts;
  const others = namesOf(options.others);
  const gate = new Gate([...Object.values(targets), ...others].map((target) => [target, modes[target] ?? 'auto']));
  const { serve } = startLanes(options, parts, Number.MAX_SAFE_INTEGER);
  await parts.control?.(gate, (request) => obey(request, gate, serve, emit));

  let number = 0;
  const onEdit = (edit: Edit) => {
    const stale = staleTargets(edit.files, inputs);
    if (!stale.length) return;
    number += 1;
    const work = { number, ...edit };
    emit({ type: 'edit', edit: number, files: edit.files, targets: stale });
    serve(gate.admit(stale, work), work);
  };
  // Before anything is made, so that no edit is missed while the first of it is.
  await watch({ workspaceRoot, roots: watchRoots(inputs.values()), signal, onEdit });
  serve([...others, targets.goBuild, targets.kustomizeBuild], { number: 0, files: [], at: performance.now() });
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** How long a one-shot run tries what fails in passing. */
const oncePatienceMs = 20_000;

/**
 * Brings the project up once and waits until it is healthy.
 *
 * @throws NxKubeError with the first failure
 */
export async function runOnce(options: LoopOptions, parts: LoopParts): Promise<void> {
  const { goBuild, kustomizeBuild, imageBuild } = options.targets;
  const others = namesOf(options.others);
  const verdict = new Verdict([...others, goBuild, kustomizeBuild, imageBuild]);
  const emit: Emit = (event) => {
    parts.emit(event);
    verdict.onEvent(event);
  };
  // Nobody is there to use a forward or to read the log.
  const { serve } = startLanes({ ...options, portForwards: [], logs: false }, { ...parts, emit }, oncePatienceMs);
  serve([...others, goBuild, kustomizeBuild], { number: 0, files: [], at: performance.now() });
  const timer = setTimeout(
    () => verdict.fail(`not healthy after ${Math.round(options.timeoutMs / 1000)} s`),
    options.timeoutMs,
  );
  const onAbort = () => verdict.fail('stopped');
  parts.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await verdict.reached;
  } finally {
    clearTimeout(timer);
    parts.signal.removeEventListener('abort', onAbort);
  }
}

function namesOf(others: readonly OtherTarget[] = []): string[] {
  return others.map(({ target }) => target);
}

/** The lanes of the project's targets, and the one way to have them served. */
function startLanes(options: LoopOptions, { cluster, runner, emit: report, signal }: LoopParts, patienceMs: number) {
  const { deploy, targets, env, timeoutMs, graceMs } = options;
  const health = new Health({ cluster, emit: report, timeoutMs, signal });
  const emit: Emit = (event) => {
    report(event);
    health.onEvent(event);
  };
  const patience = { emit, forMs: patienceMs };
  const images = latest<DeliveredImages>();
  const keeper = latest<PodKeeper>();
  const storeDirectory = join(deploy.stateDirectory, 'binaries');
  const pods = new WorkloadPods({
    ...{ cluster, storeDirectory, graceMs, emit, signal },
    probe: !deploy.debug,
    logs: options.logs,
    leases: { release: options.releaseLease ?? false },
  });

  const forwards = new Forwards(cluster, options.portForwards, { emit, signal });

  let newest: Work = { number: 0, files: [], at: performance.now() };
  const lanes = new Map<string, Lane<unknown>>();
  const add = <Content>(resource: Resource<Content>) =>
    lanes.set(resource.target, new Lane(resource, emit, signal) as Lane<unknown>);

  const serve = (stale: string[], edit: Work) => {
    newest = edit;
    const waitsFor = (target: string) => options.waitsFor?.get(target) ?? [];
    startInOrder(stale, waitsFor, async (target) => {
      const entry = await lanes.get(target)!.run(edit.at);
      if (!signal.aborted) emit({ type: 'ledger', edit: edit.number, files: edit.files, entry });
    });
  };

  let imageAsked = false;
  /** Set once Flux has been told to leave the workload alone. */
  let handedOver = false;
  add(
    binaryResource({
      target: targets.goBuild,
      build: options.goBuild,
      runner,
      env,
      keeper: (until) => keeper.get(until),
      currentKeeper: () => pods.current,
      onBuilt: () => {
        // The first image is made around the binary, so it waits for one that builds.
        if (!imageAsked) serve([targets.imageBuild], { ...newest, at: performance.now() });
        imageAsked = true;
      },
      onOutput: (message) => emit({ type: 'progress', target: targets.goBuild, message }),
    }),
  );
  add(
    imageResource({
      target: targets.imageBuild,
      cluster,
      deploy,
      runner,
      env,
      patience,
      onDelivered: (delivered) => {
        const isFirst = images.value === undefined;
        images.set(delivered);
        if (!isFirst) serve([targets.kustomizeBuild], newest);
      },
    }),
  );
  add(
    manifestsResource({
      target: targets.kustomizeBuild,
      cluster,
      deploy,
      kustomization: options.kustomization,
      runner,
      patience,
      images: (until) => images.get(until),
      timeoutMs,
      beforeApply: async ({ workload }) => {
        if (handedOver) return;
        const { project } = deploy;
        const { suspended, resumed } = await handOver(cluster, { project, workload: refOf(workload), signal });
        const tell = (message: string) => emit({ type: 'progress', target: targets.kustomizeBuild, message });
        suspended.forEach((name) =>
          tell(`${name} is suspended until nx run ${project}:down: Flux reconciles the workload`),
        );
        handedOver = true;
        resumed.forEach((name) => tell(`${name}, which an earlier run suspended, is resumed`));
      },
      onWorkload: async (prepared) => keeper.set(await pods.keep(prepared)),
      onApplied: (applied) => {
        emit({ type: 'applied', changes: applied.changes });
        if (deploy.debug) emit({ type: 'debug', state: 'on', changes: applied.relaxed });
        health.onApplied(applied.objects);
        forwards.onApplied(applied.workload, applied.objects);
      },
    }),
  );
  for (const other of options.others ?? []) add(targetResource(other, runner));
  return { serve };
}
