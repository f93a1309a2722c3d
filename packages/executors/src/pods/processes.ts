import type { LoopEvent } from '../events/events.js';

/** Crashes in a row after which a process does not come up by itself. */
const crashesInARow = 2;
/** How long (ms) a process must run without a crash to count as running, where no probe says that it is ready. */
const settledAfterMs = 2000;
/** The same after a crash: many programs live some seconds before they crash again. */
const settledAfterCrashMs = 10_000;

interface Known {
  /** When the process started, or when the agent was met; undefined while none runs, or the connection is cut. */
  since?: number;
  ready: boolean;
  /** Crashes in a row. */
  crashes: number;
  /** Id, end and last lines of the last process that died. */
  pid?: number;
  end?: string;
  lastLines: string[];
  digest?: string;
  /** The pod is known to run the wanted binary. */
  current: boolean;
}

/** A pod whose process crashes again and again. */
export interface Crashing extends Pick<Known, 'lastLines' | 'current'> {
  pod: string;
  /** `exited with code 1`. */
  end: string;
}

/**
 * The processes of a workload's pods, as events report them, and the one rule about when they crash and when they run.
 * The agent keeps the container alive, so the status of a pod shows neither a crash nor, without a readiness probe,
 * that no process runs.
 */
export class Processes {
  readonly #pods = new Map<string, Known>();

  /** @param now time of the event (ms), by the same clock for all calls */
  onEvent(event: LoopEvent, now: number): void {
    if (event.type === 'pod') this.#onPod(event, now);
    if (event.type === 'process') this.#onProcess(event, now);
  }

  isMet(pod: string): boolean {
    return this.#pods.has(pod);
  }

  /** Pods whose process has crashed twice in a row, and was not ready since. */
  get crashing(): Crashing[] {
    return [...this.#pods]
      .filter(([, { crashes }]) => crashes >= crashesInARow)
      .map(([pod, { end = '', lastLines, current }]) => ({ pod, end, lastLines, current }));
  }

  /** Whether a process has crashed twice in a row and has not run for long enough since then. */
  isCrashing(now: number): boolean {
    return [...this.#pods.values()].some((known) => known.crashes >= crashesInARow && leftOf(known, now) > 0);
  }

  /** Forgets all crashes: something was delivered that may have fixed the processes. */
  forgetCrashes(): void {
    for (const [pod, known] of this.#pods) this.#pods.set(pod, { ...known, crashes: 0 });
  }

  /**
   * Time (ms) until all processes have run for long enough, unless another event comes; undefined while one of them
   * does not run.
   */
  settlesIn(now: number): number | undefined {
    const most = Math.max(0, ...[...this.#pods.values()].map((known) => leftOf(known, now)));
    return most === Infinity ? undefined : most;
  }

  #onPod({ pod, state, digest }: LoopEvent & { type: 'pod' }, now: number): void {
    const before = this.#pods.get(pod) ?? { ready: false, crashes: 0, lastLines: [], current: false };
    switch (state) {
      case 'connected':
        return void this.#pods.set(pod, { ...before, since: now, ready: false, current: false, digest });
      case 'current':
        // Crashes of another binary say nothing about this one.
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
    // The agent repeats its last exit event on reconnect.
    const isNew = pid === undefined || pid !== before.pid;
    const inARow = now - since >= settledAfterCrashMs ? 0 : crashes;
    this.#pods.set(pod, {
      ...before,
      ...{ since: undefined, ready: false, pid, end: message, lastLines },
      crashes: isNew ? inARow + 1 : crashes,
    });
  }
}

/** Time (ms) until a process counts as running; Infinity while none runs. */
function leftOf({ since, ready, crashes }: Known, now: number): number {
  if (since === undefined) return Infinity;
  return ready ? 0 : since + (crashes ? settledAfterCrashMs : settledAfterMs) - now;
}
