import { childController, explain, failureIsHarmless } from '@nx-kube/cluster';
import type { Emit, Entry } from '../events/events.js';
import type { Delivery, LoopTarget, MadeContent, WaitFor } from './targets/loop-target.js';
import { timeout } from './timeout.js';
import { addUp } from './timings.js';

/**
 * How long (ms) an edit waits for the new process to become ready before it is reported: the probe may never succeed.
 */
const readyWithinMs = 20_000;

/** Quiet time (ms) before idle work begins, so that it does not slow down the next save. */
const idleAfterMs = 2000;

/** How a run came about. */
export interface RunOptions {
  /** Nothing was edited: only what could not be delivered is delivered again, without making it again. */
  retry?: boolean;
  /** The same content is delivered, too: the cluster may have lost it. */
  always?: boolean;
  /** How long (ms) the run waited for others before it started. */
  queuedMs?: number;
}

type Steps = Omit<Entry['timings'], 'wait' | 'total'>;

/**
 * Runs one target: the newest edit wins. A newer edit cancels a running build at once. A running delivery goes on until
 * there is newer content to deliver, so that frequent saves do not starve the pods.
 */
export class Lane<Content> {
  /** Digest of the content in the cluster; undefined during a delivery, and after a delivery that failed. */
  #delivered: string | undefined;
  /** The newest content, while its delivery goes on or after it has failed. */
  #undelivered: (MadeContent<Content> & { ok: true }) | undefined;
  /** The content could not be made for something other than what the target is made from. */
  #isInterrupted = false;
  /** A run that was asked to deliver in any case has not done so yet. */
  #owed = false;
  #making: Turn = idleTurn;
  #delivering: Turn = idleTurn;

  #idle: NodeJS.Timeout | undefined;

  constructor(
    readonly target: LoopTarget<Content>,
    private readonly emit: Emit,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => clearTimeout(this.#idle), { once: true });
  }

  /** Whether a run with `retry` may deliver what could not be delivered, or make what could not be read. */
  get canRetry(): boolean {
    return this.target.triesAgain === true && (this.#undelivered !== undefined || this.#isInterrupted);
  }

  /**
   * Makes the content and delivers it if its digest is new. Never rejects: a failure is an entry.
   *
   * @param editedAt start of the edit (ms of `performance.now()`)
   */
  async run(editedAt: number, { retry = false, always = false, queuedMs = 0 }: RunOptions = {}): Promise<Entry> {
    const { target } = this.target;
    this.#owed ||= always;
    const timings: Steps = { watch: Math.max(0, performance.now() - editedAt - queuedMs) };
    const end = (entry: Omit<Entry, 'target' | 'timings'>): Entry => ({
      ...{ target, timings: addUp(timings, performance.now() - editedAt), ...entry },
    });

    const again = retry ? this.#undelivered : undefined;
    if (again) this.#report('in_progress');
    const made = again ?? (await this.#make(timings));
    if (made === 'superseded') return end({ outcome: 'superseded' });
    if (!made.ok) {
      this.emit({ type: 'target', target, state: 'error', message: made.message });
      return end({ outcome: 'failed', message: made.message });
    }
    const comparing = performance.now();
    const isSame = made.digest === this.#delivered;
    timings.compare = performance.now() - comparing;
    this.#idleLater();
    if (isSame && !this.#owed) {
      this.emit({ type: 'target', target, state: 'ok' });
      return end({ outcome: 'unchanged' });
    }
    try {
      const delivery = await this.#deliver(made, timings);
      if (delivery === 'superseded') return end({ outcome: 'superseded' });
      const result = await timeout(readyWithinMs, delivery.outcome);
      const { bytes, pods, changes } = delivery;
      if (result && 'crashed' in result) {
        this.emit({ type: 'target', target, state: 'error', message: result.crashed });
        return end({ outcome: 'crashed', message: result.crashed, bytes, pods, changes });
      }
      timings.ready = result?.readyMs;
      this.emit({ type: 'target', target, state: 'ok' });
      const outcome = isSame && changedNothing(delivery) ? 'unchanged' : 'delivered';
      return end({ outcome, bytes, pods, changes });
    } catch (error) {
      const message = explain(error);
      this.emit({ type: 'target', target, state: 'error', message });
      return end({ outcome: 'failed', message });
    }
  }

  /**
   * Schedules idle work. It reads and writes the same files as a build, so it takes a turn as a build, which the next
   * build cancels.
   */
  #idleLater(): void {
    clearTimeout(this.#idle);
    if (!this.target.idle || this.signal.aborted) return;
    this.#idle = setTimeout(async () => {
      const { signal, gone } = this.#takeTurn();
      // Idle work belongs to no edit: its failure shows when the target runs for itself.
      await this.target.idle!(signal).catch(failureIsHarmless);
      gone();
    }, idleAfterMs);
  }

  /** Cancels the running build and takes its place; `before` resolves when that build has ended. */
  #takeTurn(): { signal: AbortSignal; before: Promise<void>; gone: () => void } {
    clearTimeout(this.#idle);
    const before = this.#making;
    before.cancel();
    const turn = beginTurn(this.signal);
    this.#making = turn;
    return { signal: turn.signal, before: before.gone, gone: turn.end };
  }

  async #make(timings: Steps): Promise<MadeContent<Content> | 'superseded'> {
    const { signal, before, gone } = this.#takeTurn();
    const clock = new Clock();
    this.#undelivered = undefined;
    this.#isInterrupted = false;
    try {
      // Two builds must never write one output, so the cancelled build has to end first.
      await before;
      if (signal.aborted) return 'superseded';
      clock.start();
      this.#report('in_progress');
      const made = await this.target.make(signal, this.#waitFor(clock));
      return signal.aborted ? 'superseded' : made;
    } catch (error) {
      if (signal.aborted) return 'superseded';
      this.#isInterrupted = true;
      return { ok: false, message: explain(error) };
    } finally {
      timings.build = clock.ms;
      gone();
    }
  }

  /** @param clock stands while the target waits */
  #waitFor(clock: Clock): WaitFor {
    return async (what, isThere, value) => {
      if (isThere) return value;
      clock.stop();
      this.#report('pending', what);
      const come = await value;
      clock.start();
      this.#report('in_progress');
      return come;
    };
  }

  #report(state: 'pending' | 'in_progress', waitsFor?: string): void {
    const { target } = this.target;
    this.emit({ type: 'target', target, state, ...(waitsFor !== undefined && { waitsFor }) });
  }

  async #deliver(made: MadeContent<Content> & { ok: true }, timings: Steps): Promise<Delivery | 'superseded'> {
    const before = this.#delivering;
    before.cancel();
    const { signal, end, ...turn } = beginTurn(this.signal);
    this.#delivering = turn;
    this.#undelivered = made;
    const clock = new Clock();
    try {
      await before.gone;
      if (signal.aborted) return 'superseded';
      this.#delivered = undefined;
      clock.start();
      const delivery = await this.target.deliver(made.content, signal, this.#waitFor(clock));
      timings.sync = delivery.syncMs;
      timings.restart = delivery.restartMs;
      this.#delivered = made.digest;
      if (this.#undelivered === made) this.#undelivered = undefined;
      this.#owed = false;
      return delivery;
    } catch (error) {
      timings.sync = clock.ms;
      if (signal.aborted) return 'superseded';
      throw error;
    } finally {
      end();
    }
  }
}

/** Whether a delivery of content that was delivered before has found all of it in the cluster. */
function changedNothing({ bytes = 0, changes = [] }: Delivery): boolean {
  return bytes === 0 && changes.every(({ action }) => action === 'unchanged');
}

/** Measures the time (ms) of a step without that in which it waits. */
class Clock {
  #ms = 0;
  #since: number | undefined;

  start(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    this.#ms = this.ms;
    this.#since = undefined;
  }

  get ms(): number {
    return this.#since === undefined ? this.#ms : this.#ms + performance.now() - this.#since;
  }
}

/** A piece of work that keeps its turn until it has ended. */
interface Turn {
  cancel(): void;
  gone: Promise<void>;
}

const idleTurn: Turn = { cancel: () => {}, gone: Promise.resolve() };

function beginTurn(parent: AbortSignal): Turn & { signal: AbortSignal; end: () => void } {
  const { signal, abort, release } = childController(parent);
  let end!: () => void;
  const gone = new Promise<void>((resolve) => {
    end = () => {
      release();
      resolve();
    };
  });
  return { signal, cancel: () => abort(), gone, end };
}
