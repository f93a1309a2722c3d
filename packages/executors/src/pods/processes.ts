import type { LoopEvent } from '../events/events.js';

/** A process that died so often in a row does not come up by itself. */
const crashesInARow = 2;
/** How long a process must have run to be one that runs, in ms: the first one, and one after a crash. */
const settledAfterMs = 2000;
const settledAfterCrashMs = 10_000;

interface Known {
  /** When the process was started or met; undefined while none runs, or the connection is cut. */
  since?: number;
  ready: boolean;
  /** In a row. */
  crashes: number;
  /** Of the last one that died. */
  pid?: number;
  end?: string;
  lastLines: string[];
  digest?: string;
  /** Whether it is known to run the wanted binary. */
  current: boolean;
}

/** A pod whose process dies again and again. */
export interface Crashing extends Pick<Known, 'lastLines' | 'current'> {
  pod: string;
  /** `exited with code 1`. */
  end: string;
}

/**
 * What is known of the processes of a workload's pods, from the event stream. The agent keeps the container alive, so a pod's own status shows
 * neither that its process died nor, without a readiness probe, that it does not run.
 */
export class Processes {
  readonly #pods = new Map<string, Known>();

  /** @param now in ms; the same clock for all calls */
  onEvent(event: LoopEvent, now: number): void {
    if (event.type === 'pod') this.#onPod(event, now);
    if (event.type === 'process') this.#onProcess(event, now);
  }

  isMet(pod: string): boolean {
    return this.#pods.has(pod);
  }

  get crashing(): Crashing[] {
    return [...this.#pods]
      .filter(([, { crashes }]) => crashes >= crashesInARow)
      .map(([pod, { end = '', lastLines, current }]) => ({ pod, end, lastLines, current }));
  }

  /** In how many ms all will have run for long enough, unless something happens; undefined while one of them does not run. */
  settlesIn(now: number): number | undefined {
    const left = [...this.#pods.values()].map(({ since, ready, crashes }) => {
      if (since === undefined) return Infinity;
      return ready ? 0 : since + (crashes ? settledAfterCrashMs : settledAfterMs) - now;
    });
    const most = Math.max(0, ...left);
    return most === Infinity ? undefined : most;
  }

  #onPod({ pod, state, digest }: LoopEvent & { type: 'pod' }, now: number): void {
    const before = this.#pods.get(pod) ?? { ready: false, crashes: 0, lastLines: [], current: false };
    switch (state) {
      case 'connected':
        return void this.#pods.set(pod, { ...before, since: now, ready: false, current: false, digest });
      case 'current':
        // What another binary did says nothing about this one.
        return void this.#pods.set(pod, {
          ...before,
          ...(digest !== before.digest && { crashes: 0, digest }),
          current: true,
        });
      case 'lost':
        if (this.#pods.has(pod)) this.#pods.set(pod, { ...before, since: undefined });
        return;
      case 'gone':
        return void this.#pods.delete(pod);
    }
  }

  #onProcess({ pod, state, pid, message, lastLines = [] }: LoopEvent & { type: 'process' }, now: number): void {
    const before = this.#pods.get(pod);
    if (!before) return;
    if (state === 'started') this.#pods.set(pod, { ...before, since: now, ready: false });
    if (state === 'ready') this.#pods.set(pod, { ...before, ready: true, crashes: 0 });
    if (state !== 'exited') return;
    const { since = now, crashes } = before;
    // An end that was told already is told again by a connection that finds the agent waiting.
    const isNew = pid === undefined || pid !== before.pid;
    const inARow = now - since >= settledAfterCrashMs ? 0 : crashes;
    this.#pods.set(pod, {
      ...before,
      ...{ since: undefined, ready: false, pid, end: message, lastLines },
      crashes: isNew ? inARow + 1 : crashes,
    });
  }
}
