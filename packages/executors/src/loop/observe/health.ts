import { childController, explain, type ChildController, type KubeObject } from '@nx-kube/cluster';
import type { Emit, LoopEvent } from '../../events/events.js';

export interface HealthOptions {
  /** Resolves when objects are ready. @throws NxKubeError that says why they are not */
  wait: (objects: KubeObject[], signal: AbortSignal) => Promise<void>;
  emit: Emit;
  signal: AbortSignal;
}

/** A process that died so often in a row does not come up by itself. */
const crashesInARow = 2;
/** A process that has not died for so long runs, in ms: longer than the agent's longest back-off. */
const runsAfterMs = 60_000;
/** How often what is not healthy is looked at again where nothing else says that it may have changed, in ms. */
const againAfterMs = 5000;

/** Says whether what was applied is healthy, each time that changes: `healthy` and `unhealthy` events. */
export class Health {
  #objects: KubeObject[] = [];
  /** Ends the wait for what was applied before. */
  #superseded: ChildController | undefined;
  /** What is wrong now, as it was told. */
  #told: string | undefined;
  /** By pod; the agent keeps the container alive, so a crash does not show in the pod's own status. */
  readonly #crashes = new Map<string, { count: number; at: number; pid?: number }>();
  /** Ends the pause before what is not healthy is looked at again. */
  #wake = () => {};

  constructor(private readonly options: HealthOptions) {}

  /** Waits for what has just been applied, in place of what was applied before. */
  onApplied(objects: KubeObject[]): void {
    this.#objects = objects;
    this.#superseded?.abort();
    this.#superseded = childController(this.options.signal);
    void this.#wait(this.#superseded.signal);
  }

  onEvent(event: LoopEvent): void {
    if (event.type === 'process' && event.state === 'exited') return this.#onExit(event);
    if (event.type === 'process' && event.state === 'ready') this.#crashes.delete(event.pod);
    else if (event.type === 'ledger' && event.entry.outcome === 'delivered') this.#crashes.clear();
    else if (event.type !== 'cluster' || event.state !== 'reachable') return;
    if (this.#told !== undefined) this.#wake();
  }

  #onExit({ pod, pid, message, lastLines = [] }: LoopEvent & { type: 'process' }): void {
    const former = this.#crashes.get(pod);
    // Who connects during a back-off is told of the last exit once more.
    if (pid !== undefined && pid === former?.pid) return;
    const count = (former?.count ?? 0) + 1;
    this.#crashes.set(pod, { count, at: performance.now(), pid });
    if (count < crashesInARow) return;
    this.#tell([`Pod/${pod}: the process ${message}`, ...lastLines].join('\n  '));
    // It may have been healthy before, and have nobody who waits for it.
    if (this.#superseded?.signal.aborted === false) this.onApplied(this.#objects);
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { wait, emit } = this.options;
    while (!signal.aborted) {
      if (this.#isCrashing) await this.#pause(signal);
      try {
        await wait(this.#objects, signal);
        if (signal.aborted) return;
        if (this.#isCrashing) continue;
        this.#told = undefined;
        return emit({ type: 'healthy' });
      } catch (error) {
        if (signal.aborted) return;
        this.#tell(explain(error));
        await this.#pause(signal);
      }
    }
  }

  /** What a pod's status does not show where it has no probe. */
  get #isCrashing(): boolean {
    const now = performance.now();
    return [...this.#crashes.values()].some(({ count, at }) => count >= crashesInARow && now - at < runsAfterMs);
  }

  #tell(message: string): void {
    if (message !== this.#told) this.options.emit({ type: 'unhealthy', message });
    this.#told = message;
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, againAfterMs);
      signal.addEventListener('abort', end, { once: true });
      this.#wake = end;
    });
  }
}
