import { NxKubeError, failureIsReported, inBackground } from '@nx-kube/cluster';
import type { LoopEvent } from '../../events/events.js';
import { Processes } from '../../pods/processes.js';

/**
 * Decides from the event stream how a one-shot run ends. It passes when every target has delivered, the cluster is
 * healthy, and every process is ready or has run for a moment; else it fails with the first failure. The reporters have
 * printed the reason of a failure already, so the error only names what failed.
 */
export class Verdict {
  readonly reached: Promise<void>;
  #pass!: () => void;
  #fail!: (error: NxKubeError) => void;
  #healthy = false;
  readonly #missing: Set<string>;
  readonly #processes = new Processes();
  /** What is known about each target, for the reason of a time-out. */
  readonly #targets = new Map<string, LoopEvent & { type: 'target' }>();
  /** What the applied objects wait for, or why they are not healthy. */
  #objects: string | undefined;
  /** How the process ended that died last, if no other one has started since. */
  #exit: string | undefined;
  /** Set while only a process has not run for long enough yet. */
  #settling: NodeJS.Timeout | undefined;

  constructor(targets: string[]) {
    this.#missing = new Set(targets);
    this.reached = new Promise((resolve, reject) => {
      this.#pass = resolve;
      this.#fail = reject;
    });
    // The verdict may come before anything waits for it.
    inBackground(this.reached, failureIsReported);
  }

  onEvent(event: LoopEvent): void {
    this.#processes.onEvent(event, performance.now());
    if (event.type === 'unhealthy') this.#healthy = false;
    if (event.type === 'healthy') this.#healthy = true;
    if (event.type === 'waiting' || event.type === 'unhealthy') this.#objects = event.message;
    if (event.type === 'process') this.#exit = event.state === 'exited' ? endOf(event) : undefined;
    if (event.type === 'target') this.#targets.set(event.target, event);
    if (event.type === 'ledger') {
      const { target, outcome } = event.entry;
      if (outcome === 'failed' || outcome === 'crashed') this.fail(`${target} ${outcome}`);
      if (outcome === 'delivered' || outcome === 'unchanged') this.#missing.delete(target);
    }
    if (this.#isBeyondHope(event)) this.fail('not healthy');
    this.#passIfWell();
  }

  /** @param what in a few words, after "dev --once:" */
  fail(what: string, { next }: { next?: string } = {}): void {
    clearTimeout(this.#settling);
    this.#fail(new NxKubeError('user-code', `dev --once: ${what}`, { next }));
  }

  /** Fails with everything that was still missing. @param afterMs the time-out (ms) */
  timeOut(afterMs: number): void {
    const unfinished = [...this.#missing].map((target) => unfinishedText(target, this.#targets.get(target)));
    const objects = this.#healthy || this.#objects === undefined ? [] : [this.#objects];
    const reasons = [...objects, ...unfinished];
    if (!reasons.length) {
      reasons.push(this.#healthy ? (this.#exit ?? 'no process has run for long enough') : 'not all objects are ready');
    }
    this.fail(`not healthy after ${Math.round(afterMs / 1000)} s: ${reasons.join('; ')}`, {
      next: 'Fix what it waits for, or raise the option "timeout" of dev.',
    });
  }

  /** Ignores crashes of a binary that is about to be replaced. */
  #isBeyondHope({ type }: LoopEvent): boolean {
    const { crashing } = this.#processes;
    return crashing.length ? crashing.some(({ current }) => current) : type === 'unhealthy';
  }

  #passIfWell(): void {
    clearTimeout(this.#settling);
    if (!this.#healthy || this.#missing.size) return;
    const left = this.#processes.settlesIn(performance.now());
    if (left === 0) this.#pass();
    // Each change until then is an event, which ends this timer.
    else if (left !== undefined) this.#settling = setTimeout(() => this.#passIfWell(), left);
  }
}

function endOf({ pod, message }: LoopEvent & { type: 'process' }): string {
  return `Pod/${pod}: the process ${message}`;
}

function unfinishedText(target: string, known: (LoopEvent & { type: 'target' }) | undefined): string {
  if (known?.waitsFor !== undefined) return `${target} waits for ${known.waitsFor}`;
  return known ? `${target} still runs` : `${target} has not started`;
}
