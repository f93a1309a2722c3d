import { join } from 'node:path';
import { explain, refOf, waitReady } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { Forwards } from '../forwards/forwards.js';
import type { PodEvent } from '../pods/pod-event.js';
import { WorkloadPods } from '../pods/workload-pods.js';
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
 * @param patienceMs how long to retry transient failures (ms)
 */
export function startLanes(
  options: () => LoopOptions,
  { cluster, runner, emit: report, signal, onApplying }: LoopParts,
  patienceMs: number,
): Lanes {
  const { deploy, targets, modes, waitsFor, graceMs, logs, releaseLease = false } = options();
  const waiting = new Waiting(report);
  const health = new Health({
    ...{ emit: report, signal },
    wait: (objects, until) =>
      waiting.during((onStatus) =>
        waitReady(cluster, objects.map(refOf), { timeoutMs: options().timeoutMs, signal: until, onStatus }),
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
  const forwards = new Forwards(cluster, options().portForwards, { emit, signal });
  const { flux = [], secrets = [], others = [] } = options();
  const names = [...flux, ...secrets, ...others].map(({ target }) => target);
  const installers = {
    isBusy: () => scheduler.isBusy(names),
    idle: (until: AbortSignal) => scheduler.idle(names, until),
  };
  const parts = { cluster, runner, signal, onApplying, options, patienceMs };
  projectTargets({ ...parts, pods, forwards, health, emit, on, installers }).forEach((target) => scheduler.add(target));

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
