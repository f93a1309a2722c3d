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
