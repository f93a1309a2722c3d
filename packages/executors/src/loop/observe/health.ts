import { Bell, childController, explain, waitUntil, type ChildController, type KubeObject } from '@nx-kube/cluster';
import type { Emit, LoopEvent } from '../../events/events.js';
import { Processes } from '../../pods/processes.js';

export interface HealthOptions {
  /** Resolves when objects are ready. @throws NxKubeError that says why they are not */
  wait: (objects: KubeObject[], signal: AbortSignal) => Promise<void>;
  emit: Emit;
  signal: AbortSignal;
}

/** Poll interval (ms) while unhealthy, where no event says that something may have changed. */
const pollIntervalMs = 5000;

/**
 * Reports each change of the health of what was applied: `healthy` and `unhealthy` events. It reads events and makes
 * nothing run.
 */
export class Health {
  #objects: KubeObject[] = [];
  /** Ends the wait for the objects of the last apply. */
  #wait: ChildController | undefined;
  /** The problem that was reported since the last delivery; undefined while healthy. */
  #reported: string | undefined;
  /** The agent keeps the container alive, so the status of a pod does not show that its process crashes. */
  readonly #processes = new Processes();
  /** Ends the pause between two polls. */
  readonly #recheck = new Bell();

  constructor(private readonly options: HealthOptions) {}

  /** Waits for the objects of an apply, in place of those of the apply before. */
  onApplied(objects: KubeObject[]): void {
    this.#objects = objects;
    this.#reported = undefined;
    this.#restart();
  }

  #restart(): void {
    this.#wait?.abort();
    this.#wait = childController(this.options.signal);
    this.#waitUntilHealthy(this.#wait.signal).catch((error: unknown) => this.#report(explain(error)));
  }

  onEvent(event: LoopEvent): void {
    this.#processes.onEvent(event, performance.now());
    if (event.type === 'process' && event.state === 'exited') return this.#onExit(event.pod);
    const isDelivered = event.type === 'ledger' && event.entry.outcome === 'delivered';
    if (isDelivered) this.#processes.forgetCrashes();
    // A delivery to pods answers an edit: what is wrong after it is news, although it was wrong before.
    if (event.type === 'ledger' && event.entry.pods !== undefined) this.#reported = undefined;
    const isReady = event.type === 'process' && event.state === 'ready';
    const isReachable = event.type === 'cluster' && event.state === 'reachable';
    if (isDelivered || isReady || isReachable) this.#recheck.ring();
  }

  #onExit(name: string): void {
    const crashing = this.#processes.crashing.find(({ pod }) => pod === name);
    if (!crashing) return;
    this.#report([`Pod/${name}: the process ${crashing.end}`, ...crashing.lastLines].join('\n  '));
    // It may have been healthy before, so that nothing waits any more.
    if (this.#wait?.signal.aborted === false) this.#restart();
  }

  async #waitUntilHealthy(signal: AbortSignal): Promise<void> {
    const { wait, emit } = this.options;
    while (!signal.aborted) {
      if (this.#isCrashing) await this.#pause(signal);
      try {
        await wait(this.#objects, signal);
        if (signal.aborted) return;
        // The status of a pod without a readiness probe does not show it.
        if (this.#isCrashing) continue;
        this.#reported = undefined;
        return emit({ type: 'healthy' });
      } catch (error) {
        if (signal.aborted) return;
        this.#report(explain(error));
        await this.#pause(signal);
      }
    }
  }

  get #isCrashing(): boolean {
    return this.#processes.isCrashing(performance.now());
  }

  #report(message: string): void {
    if (message !== this.#reported) this.options.emit({ type: 'unhealthy', message });
    this.#reported = message;
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await waitUntil(signal, { ms: pollIntervalMs, bell: this.#recheck });
  }
}
