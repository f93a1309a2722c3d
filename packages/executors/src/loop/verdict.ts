import { NxKubeError } from '@nx-kube/cluster';
import type { LoopEvent } from './events.js';

/**
 * The end of a one-shot run, read from the event stream: well when every target has delivered and the cluster is healthy,
 * else the first failure. The stream's readers have told the reason of a failure already, so the error only says what it
 * was that failed.
 */
export class Verdict {
  readonly reached: Promise<void>;
  #pass!: () => void;
  #fail!: (error: NxKubeError) => void;
  #healthy = false;
  readonly #missing: Set<string>;

  constructor(targets: string[]) {
    this.#missing = new Set(targets);
    this.reached = new Promise((resolve, reject) => {
      this.#pass = resolve;
      this.#fail = reject;
    });
    // Nobody may be waiting when it is reached.
    this.reached.catch(() => {});
  }

  onEvent(event: LoopEvent): void {
    if (event.type === 'unhealthy') this.fail('not healthy');
    if (event.type === 'healthy') this.#healthy = true;
    if (event.type === 'ledger') {
      const { target, outcome } = event.entry;
      if (outcome === 'failed' || outcome === 'crashed') this.fail(`${target} ${outcome}`);
      if (outcome === 'delivered' || outcome === 'unchanged') this.#missing.delete(target);
    }
    if (this.#healthy && !this.#missing.size) this.#pass();
  }

  /** @param what in a few words, after "dev --once:" */
  fail(what: string): void {
    this.#fail(new NxKubeError('user-code', `dev --once: ${what}`));
  }
}
