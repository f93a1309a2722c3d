import { Bell, waitUntil } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { Lane } from './lane.js';
import { logDecision } from './log-decision.js';
import type { GateView, Work } from './plan/gate.js';
import type { Run } from './plan/queue.js';
import { next, schedule, type ScheduleEvent, type ScheduleOptions, type ScheduleState } from './plan/schedule.js';
import type { LoopTarget } from './targets/loop-target.js';
import { timeout } from './timeout.js';

/** Runs what the schedule decides, each target on its lane, and reports each run to the schedule and to the ledger. */
export class Scheduler {
  #state: ScheduleState;
  readonly #lanes = new Map<string, Lane<unknown>>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #changed = new Bell();

  constructor(
    options: ScheduleOptions,
    private readonly parts: { emit: Emit; signal: AbortSignal },
  ) {
    this.#state = schedule(options);
  }

  /** The gate as it is at the time of each call. */
  get gate(): GateView {
    const now = () => this.#state.gate;
    return {
      get targets() {
        return now().targets;
      },
      state: (target) => now().state(target),
    };
  }

  add(target: LoopTarget<unknown>): void {
    const { emit, signal } = this.parts;
    this.#lanes.set(target.target, new Lane(target, emit, signal));
  }

  /** Decides what the event makes run, and starts it before it returns. */
  on(event: ScheduleEvent): void {
    if (this.parts.signal.aborted) return;
    const { state, decisions } = next(this.#state, event, performance.now());
    this.#state = state;
    for (const decision of decisions) {
      logDecision(decision);
      if (decision.does === 'run') this.#run(decision);
      if (decision.does === 'drop') this.#drop(decision.target, decision.work);
    }
    this.#changed.ring();
  }

  /** Whether one of these targets runs, or waits for others to end. */
  isBusy(targets: readonly string[]): boolean {
    const { running, waiting } = this.#state.queue;
    return [...running.values(), ...waiting.map(({ target }) => target)].some((target) => targets.includes(target));
  }

  /** Resolves when none of these targets runs or waits, or when the signal fires. */
  async idle(targets: readonly string[], signal: AbortSignal): Promise<void> {
    while (this.isBusy(targets) && (await waitUntil(signal, { bell: this.#changed })) !== 'aborted');
  }

  /** Resolves when all running work has ended, or after `withinMs`. For the end of the loop. */
  async ended(withinMs: number): Promise<void> {
    await timeout(withinMs, Promise.all(this.#underWay));
  }

  #run({ run, target, work }: Run): void {
    const running = this.#lanes
      .get(target)!
      .run(work.at)
      .then((entry) => {
        this.#underWay.delete(running);
        if (this.parts.signal.aborted) return;
        this.parts.emit({ type: 'ledger', edit: work.number, files: work.files, entry });
        this.on({ type: 'ended', run, outcome: entry.outcome });
      });
    this.#underWay.add(running);
  }

  #drop(target: string, { number, files, at }: Work): void {
    const timings = { total: performance.now() - at };
    const entry = { target, outcome: 'superseded' as const, timings };
    this.parts.emit({ type: 'ledger', edit: number, files, entry });
  }
}
