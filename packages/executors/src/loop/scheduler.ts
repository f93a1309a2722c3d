import { Bell, waitUntil } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { Lane } from './lane.js';
import { logDecision } from './log-decision.js';
import type { GateView, Work } from './plan/gate.js';
import { waitsFor, type Run } from './plan/queue.js';
import {
  firstImageWaitsFor,
  next,
  schedule,
  type ScheduleEvent,
  type ScheduleOptions,
  type ScheduleState,
} from './plan/schedule.js';
import type { LoopTarget } from './targets/loop-target.js';
import { timeout } from './timeout.js';

/** Pauses (ms) before a failed delivery is tried again: the first one, and the longest. Each is twice as long. */
const [firstPauseMs, longestPauseMs] = [3000, 20_000];

/** Runs what the schedule decides, each target on its lane, and reports each run to the schedule and to the ledger. */
export class Scheduler {
  #state: ScheduleState;
  readonly #lanes = new Map<string, Lane<unknown>>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #changed = new Bell();
  /** When each run began to wait for others (ms of `performance.now()`). */
  readonly #queued = new Map<number, number>();
  /** What the first image was last reported to wait for. */
  #imageWaitsFor = '';
  /** Failed deliveries in a row by target, and the timer of the next attempt. */
  readonly #retries = new Map<string, { attempts: number; timer: NodeJS.Timeout }>();

  constructor(
    options: ScheduleOptions,
    private readonly parts: { emit: Emit; signal: AbortSignal },
  ) {
    this.#state = schedule(options);
    const stop = () => this.#retries.forEach(({ timer }) => clearTimeout(timer));
    parts.signal.addEventListener('abort', stop, { once: true });
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
      if (decision.does === 'drop') this.#drop(decision.run, decision.target, decision.work);
    }
    this.#reportWaiting();
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

  /** Reports each target that waits for its turn, once for each run. */
  #reportWaiting(): void {
    const { queue } = this.#state;
    const { emit } = this.parts;
    const running = new Set(queue.running.values());
    for (const one of queue.waiting) {
      if (this.#queued.has(one.run)) continue;
      this.#queued.set(one.run, performance.now());
      // An older run that still works says more.
      if (running.has(one.target)) continue;
      emit({ type: 'target', target: one.target, state: 'pending', waitsFor: waitsFor(queue, one).join(' and ') });
    }
    const image = firstImageWaitsFor(this.#state).join(' and ');
    if (image && image !== this.#imageWaitsFor) {
      const target = this.#state.options.targets.imageBuild;
      emit({ type: 'target', target, state: 'pending', waitsFor: image });
    }
    this.#imageWaitsFor = image;
  }

  #run({ run, target, work, retry, always }: Run): void {
    const queuedAt = this.#queued.get(run);
    this.#queued.delete(run);
    clearTimeout(this.#retries.get(target)?.timer);
    const queuedMs = queuedAt === undefined ? 0 : performance.now() - queuedAt;
    const running = this.#lanes
      .get(target)!
      .run(work.at, { retry, always, queuedMs })
      .then((entry) => {
        this.#underWay.delete(running);
        if (this.parts.signal.aborted) return;
        const { number: edit, files } = work;
        this.parts.emit({ type: 'ledger', edit, files, entry, ...(retry && { retry }) });
        this.on({ type: 'ended', run, outcome: entry.outcome });
        if (entry.outcome !== 'superseded') this.#retryLater(target, work, entry.outcome === 'failed');
      });
    this.#underWay.add(running);
  }

  /** Tries a failed delivery again from time to time: nothing else tells that its cause is gone. */
  #retryLater(target: string, work: Work, failed: boolean): void {
    const { attempts = 0, timer } = this.#retries.get(target) ?? {};
    clearTimeout(timer);
    if (!failed || !this.#lanes.get(target)!.canRetry) return void this.#retries.delete(target);
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** attempts);
    const again = () => {
      this.on({ type: 'retry-due', target, work });
      // A paused target waits on.
      if (this.#state.gate.state(target).paused) this.#retryLater(target, work, true);
    };
    this.#retries.set(target, { attempts: attempts + 1, timer: setTimeout(again, pauseMs) });
  }

  #drop(run: number, target: string, { number, files, at }: Work): void {
    this.#queued.delete(run);
    const timings = { total: performance.now() - at };
    const entry = { target, outcome: 'superseded' as const, timings };
    this.parts.emit({ type: 'ledger', edit: number, files, entry });
  }
}
