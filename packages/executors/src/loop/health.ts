import {
  childController,
  explain,
  refOf,
  waitReady,
  type ChildController,
  type Cluster,
  type KubeObject,
} from '@nx-kube/cluster';
import type { Emit, LoopEvent } from './events.js';

export interface HealthOptions {
  cluster: Cluster;
  emit: Emit;
  /** How long what was applied may take to become ready, in ms. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** A process that died so often in a row does not come up by itself. */
const crashesInARow = 2;

/** Says whether what was applied is healthy, each time that changes: `healthy` and `unhealthy` events. */
export class Health {
  /** Ends the wait for what was applied before. */
  #superseded: ChildController | undefined;
  /** By pod; the agent keeps the container alive, so a crash does not show in the pod's own status. */
  readonly #crashes = new Map<string, number>();

  constructor(private readonly options: HealthOptions) {}

  /** Waits for what has just been applied, in place of what was applied before. */
  onApplied(objects: KubeObject[]): void {
    this.#superseded?.abort();
    this.#superseded = childController(this.options.signal);
    void this.#wait(objects, this.#superseded.signal);
  }

  onEvent(event: LoopEvent): void {
    if (event.type !== 'process') return;
    if (event.state === 'ready') this.#crashes.delete(event.pod);
    if (event.state !== 'exited') return;
    const crashes = (this.#crashes.get(event.pod) ?? 0) + 1;
    this.#crashes.set(event.pod, crashes);
    if (crashes < crashesInARow) return;
    const message = [`Pod/${event.pod}: the process ${event.message}`, ...(event.lastLines ?? [])].join('\n  ');
    this.options.emit({ type: 'unhealthy', message });
  }

  async #wait(objects: KubeObject[], signal: AbortSignal): Promise<void> {
    const { cluster, emit, timeoutMs } = this.options;
    try {
      await waitReady(cluster, objects.map(refOf), { timeoutMs, signal });
      if (!signal.aborted) emit({ type: 'healthy' });
    } catch (error) {
      if (!signal.aborted) emit({ type: 'unhealthy', message: explain(error) });
    }
  }
}
