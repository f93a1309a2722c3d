import { childController, explain, failureIsHarmless } from '@nx-kube/cluster';
import type { Emit, Entry } from '../events/events.js';
import type { Delivery, LoopTarget, MadeContent } from './targets/loop-target.js';
import { timeout } from './timeout.js';

/**
 * How long (ms) an edit waits for the new process to become ready before it is reported: the probe may never succeed.
 */
const readyWithinMs = 20_000;

/** Quiet time (ms) before idle work begins, so that it does not slow down the next save. */
const idleAfterMs = 2000;

/**
 * Runs one target: the newest edit wins. A newer edit cancels a running build at once. A running delivery goes on until
 * there is newer content to deliver, so that frequent saves do not starve the pods.
 */
export class Lane<Content> {
  /** Digest of the content in the cluster; undefined during a delivery, and after a delivery that failed. */
  #delivered: string | undefined;
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

  /**
   * Makes the content and delivers it if its digest is new. Never rejects: a failure is an entry.
   *
   * @param editedAt start of the edit (ms of `performance.now()`)
   */
  async run(editedAt: number): Promise<Entry> {
    const { target } = this.target;
    const timings: Entry['timings'] = { total: 0 };
    const end = (entry: Omit<Entry, 'target' | 'timings'>): Entry => {
      timings.total = performance.now() - editedAt;
      return { target, timings, ...entry };
    };

    const made = await this.#make(editedAt, timings);
    if (made === 'superseded') return end({ outcome: 'superseded' });
    if (!made.ok) {
      this.emit({ type: 'target', target, state: 'error', message: made.message });
      return end({ outcome: 'failed', message: made.message });
    }
    const comparing = performance.now();
    const unchanged = made.digest === this.#delivered;
    timings.compare = performance.now() - comparing;
    this.#idleLater();
    if (unchanged) {
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
      return end({ outcome: 'delivered', bytes, pods, changes });
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

  async #make(editedAt: number, timings: Entry['timings']): Promise<MadeContent<Content> | 'superseded'> {
    const { signal, before, gone } = this.#takeTurn();
    try {
      // Two builds must never write one output, so the cancelled build has to end first.
      await before;
      if (signal.aborted) return 'superseded';
      const started = performance.now();
      timings.watch = started - editedAt;
      this.emit({ type: 'target', target: this.target.target, state: 'in_progress' });
      const made = await this.target.make(signal);
      timings.build = performance.now() - started;
      return signal.aborted ? 'superseded' : made;
    } catch (error) {
      return signal.aborted ? 'superseded' : { ok: false, message: explain(error) };
    } finally {
      gone();
    }
  }

  async #deliver(
    made: MadeContent<Content> & { ok: true },
    timings: Entry['timings'],
  ): Promise<Delivery | 'superseded'> {
    const before = this.#delivering;
    before.cancel();
    const { signal, end, ...turn } = beginTurn(this.signal);
    this.#delivering = turn;
    try {
      await before.gone;
      if (signal.aborted) return 'superseded';
      this.#delivered = undefined;
      const delivery = await this.target.deliver(made.content, signal);
      timings.sync = delivery.syncMs;
      timings.restart = delivery.restartMs;
      this.#delivered = made.digest;
      return delivery;
    } catch (error) {
      if (signal.aborted) return 'superseded';
      throw error;
    } finally {
      end();
    }
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
