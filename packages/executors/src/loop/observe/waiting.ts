import type { ObjectStatus, Ref } from '@nx-kube/cluster';
import type { LoopEvent } from '../../events/events.js';
import { notReady } from '../../format/not-ready.js';

/** Interval (ms) between reports, also before the first one: most objects are ready sooner. */
const everyMs = 5000;
/** Most objects that one report names. */
const mostObjects = 3;

export type OnStatus = (ref: Ref, status: ObjectStatus) => void;

/**
 * Reports what objects wait for while they are not ready yet: a `waiting` event after a while, and for each change of
 * its text.
 */
export class Waiting {
  #reported: string | undefined;

  constructor(private readonly emit: (event: LoopEvent & { type: 'waiting' }) => void) {}

  /** What is waited for from now on is news, although it was reported before. */
  reset(): void {
    this.#reported = undefined;
  }

  /** Runs a wait, and reports what it waits for until it ends. @param wait gets a function to call with each status */
  async during(wait: (onStatus: OnStatus) => Promise<void>): Promise<void> {
    const open = new Map<Ref, ObjectStatus>();
    const timer = setInterval(() => this.#report(open), everyMs);
    try {
      await wait((ref, status) => {
        if (status.status === 'Current') open.delete(ref);
        else open.set(ref, status);
      });
      // What is not ready again later is news.
      this.reset();
    } finally {
      clearInterval(timer);
    }
  }

  #report(open: ReadonlyMap<Ref, ObjectStatus>): void {
    const texts = [...open].map(([ref, status]) => notReady(ref, status));
    const more = texts.length - mostObjects;
    const message = `${texts.slice(0, mostObjects).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
    if (!message || message === this.#reported) return;
    this.#reported = message;
    this.emit({ type: 'waiting', message });
  }
}
