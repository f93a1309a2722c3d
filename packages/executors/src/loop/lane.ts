import { childController, explain } from '@nx-kube/cluster';
import type { Emit, Entry } from '../events/events.js';
import type { Delivery, LoopTarget, MadeContent } from './targets/loop-target.js';
import { timeout } from './timeout.js';

/** How long an edit is not concluded for a new process that does not get ready: its probe may never succeed, in ms. */
const readyWithinMs = 20_000;

/** How long nothing has to happen before idle work begins: a person who saves again within it is not disturbed. */
const idleAfterMs = 2000;

/**
 * Serves one target: the newest edit wins. A newer edit cancels a build under way at once; a delivery under way goes on
 * until there is something newer to deliver, so that frequent saves do not starve the pods.
 */
export class Lane<Content> {
  /** Digest of what the cluster is known to hold: unset while a delivery is under way and after one that failed. */
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
   * @param editedAt when the edit began, in ms of `performance.now()`
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
   * Idle work reads and writes what a build does, so it is a build to the rest of the lane: the next one cancels it.
   */
  #idleLater(): void {
    clearTimeout(this.#idle);
    if (!this.target.idle || this.signal.aborted) return;
    this.#idle = setTimeout(async () => {
      const { signal, gone } = this.#takeTurn();
      // It is nobody's edit: a failure shows, if at all, when the target is run for itself.
      await this.target.idle!(signal).catch(() => {});
      gone();
    }, idleAfterMs);
  }

  /** Cancels the build under way and takes its place; `before` is when it has gone. */
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
      // Two builds must never write one output: the cancelled one has to be gone.
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

/** A piece of work that has its turn until it has gone. */
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
