import { join } from 'node:path';
import { explain, partOfLabel, watchStatus } from '@nx-kube/cluster';
import { waitDeployed } from '../deploy/wait-deployed.js';
import type { Emit } from '../events/events.js';
import { Forwards } from '../forwards/forwards.js';
import type { PodEvent } from '../pods/pod-event.js';
import { WorkloadPods } from '../pods/workload-pods.js';
import { AppliedObjects } from './observe/applied-objects.js';
import { Health } from './observe/health.js';
import { Waiting } from './observe/waiting.js';
import { targetNames, type LoopOptions, type LoopParts } from './options.js';
import type { GateView } from './plan/gate.js';
import type { ScheduleEvent } from './plan/schedule.js';
import { projectTargets } from './project-targets.js';
import { Scheduler } from './scheduler.js';

/** The lanes of a project's targets. */
export interface Lanes {
  readonly gate: GateView;
  /** Gives the schedule an event; what it makes run starts at once. */
  on(event: ScheduleEvent): void;
  /** Takes over changed options that make no target run. */
  onOptions(): void;
  /** Resolves when all running work has ended, or after `withinMs`. For the end of the loop. */
  ended(withinMs: number): Promise<void>;
}

/**
 * Wires the lanes of a project's targets to the schedule, the pods and the port-forwards. Nothing runs before the event
 * `started`.
 *
 * @param options the options as they are at the time
 * @param mode.patienceMs how long to retry transient failures (ms)
 * @param mode.watchesObjects whether to watch what has been applied: someone else may delete it
 */
export function startLanes(
  options: () => LoopOptions,
  { cluster, runner, emit: report, signal, onApplying }: LoopParts,
  { patienceMs, watchesObjects }: { patienceMs: number; watchesObjects: boolean },
): Lanes {
  const { deploy, targets, modes, waitsFor, graceMs, logs, releaseLease = false } = options();
  const waiting = new Waiting(report);
  const health = new Health({
    ...{ emit: report, signal, binary: { target: targets.goBuild, behind: () => pods.behind } },
    wait: (objects, until) =>
      waiting.during((onStatus) =>
        waitDeployed(cluster, objects, { timeoutMs: options().timeoutMs, signal: until, onStatus }),
      ),
  });
  const emit: Emit = (event) => {
    report(event);
    health.onEvent(event);
    if (event.type === 'applied') waiting.reset();
  };
  const scheduler = new Scheduler(
    { targets, waitsFor, modes: targetNames(options()).map((target) => [target, modes[target] ?? 'auto']) },
    { emit, signal },
  );
  const on = (event: ScheduleEvent) => scheduler.on(event);
  const pods = new WorkloadPods({
    ...{ cluster, storeDirectory: join(deploy.stateDirectory, 'binaries'), graceMs, signal, logs },
    probe: !deploy.debug,
    leases: { release: releaseLease },
    onEvent: (event: PodEvent) => {
      // Each event of the pods is one of the loop's stream, under the same name.
      emit(event);
      if (event.type === 'process' && event.state === 'ready') on({ type: 'ready' });
    },
  });
  const objects = new AppliedObjects({
    watch: (refs, onChange, until) => {
      if (watchesObjects) watchStatus(cluster, refs, { labelSelector: partOfLabel, signal: until, onChange });
    },
    onChange: (unready, lost) => {
      health.onUnready(unready);
      on({ type: 'lost', targets: lost });
    },
    signal,
  });
  const forwards = new Forwards(cluster, options().portForwards, { emit, signal });
  const { flux = [], secrets = [], others = [] } = options();
  const names = [...flux, ...secrets, ...others].map(({ target }) => target);
  const installers = {
    isBusy: () => scheduler.isBusy(names),
    idle: (until: AbortSignal) => scheduler.idle(names, until),
  };
  const parts = { cluster, runner, signal, onApplying, options, patienceMs };
  const observers = { pods, forwards, health, objects, emit, on };
  projectTargets({ ...parts, ...observers, installers }).forEach((target) => scheduler.add(target));

  return {
    ...{ on, gate: scheduler.gate, ended: (withinMs) => scheduler.ended(withinMs) },
    onOptions() {
      const target = 'port-forwards';
      try {
        forwards.setSpecs(options().portForwards);
        emit({ type: 'target', target, state: 'ok' });
      } catch (error) {
        emit({ type: 'target', target, state: 'error', message: explain(error) });
      }
    },
  };
}
