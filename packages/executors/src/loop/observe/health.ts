import {
  Bell,
  childController,
  explain,
  waitUntil,
  type ChildController,
  type KubeObject,
  type Unready,
} from '@nx-kube/cluster';
import type { Emit, LoopEvent } from '../../events/events.js';
import { reasonOf } from '../../logs/last-words.js';
import { Processes } from '../../pods/processes.js';
import { CurrentBinary, type BinaryInPods } from './current-binary.js';
import { goneObjects, unreadyText } from './unready.js';

export interface HealthOptions {
  /** Resolves when objects are ready. @throws NxKubeError that says why they are not */
  wait: (objects: KubeObject[], signal: AbortSignal) => Promise<void>;
  emit: Emit;
  signal: AbortSignal;
  /** The binary that has to run before anything is healthy. Default: none is waited for. */
  binary?: BinaryInPods;
}

/** Poll interval (ms) while unhealthy, where no event says that something may have changed. */
const pollIntervalMs = 5000;

/** How long (ms) an object may be not ready before that is reported: each new process is for a moment. */
const passingMs = 10_000;

/**
 * Reports each change of the health of what was applied: `healthy` and `unhealthy` events. It reads events and makes
 * nothing run.
 */
export class Health {
  #objects: KubeObject[] = [];
  #whenReady: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** Ends the wait for the objects of the last apply. */
  #wait: ChildController | undefined;
  #isWaiting = false;
  /** The last event was `healthy`. */
  #isHealthy = false;
  /** The problem that was reported since the last delivery; undefined while healthy. */
  #reported: string | undefined;
  /** What is not ready now. */
  #unready: readonly Unready[] = [];
  /** The agent keeps the container alive, so the status of a pod does not show that its process crashes. */
  readonly #processes = new Processes();
  readonly #binary: CurrentBinary;
  /** Ends the pause between two polls. */
  readonly #recheck = new Bell();

  constructor(private readonly options: HealthOptions) {
    this.#binary = new CurrentBinary(options.binary);
  }

  /**
   * Waits for the objects of an apply, in place of those of the apply before.
   *
   * @param whenReady runs once when they are ready, before they count as healthy
   */
  onApplied(objects: KubeObject[], whenReady?: (signal: AbortSignal) => Promise<void>): void {
    this.#objects = objects;
    this.#whenReady = whenReady;
    this.#reported = undefined;
    this.#isHealthy = false;
    this.#restart();
  }

  /** Takes the applied objects that are not ready now: all of them, after each change. */
  onUnready(unready: readonly Unready[]): void {
    this.#unready = unready;
    const gone = this.#gone;
    if (gone !== undefined) this.#report(gone);
    if (unready.length && this.#wait && !this.#isWaiting) this.#restart();
    this.#recheck.ring();
  }

  #restart(): void {
    this.#wait?.abort();
    const wait = (this.#wait = childController(this.options.signal));
    this.#isWaiting = true;
    // A process that is replaced makes its objects not ready for a moment: that is no news.
    const passing = this.#isHealthy ? setTimeout(() => this.#reportLasting(wait.signal), passingMs) : undefined;
    this.#waitUntilHealthy(wait.signal)
      .catch((error: unknown) => this.#report(explain(error)))
      .finally(() => {
        clearTimeout(passing);
        if (this.#wait === wait) this.#isWaiting = false;
      });
  }

  onEvent(event: LoopEvent): void {
    this.#processes.onEvent(event, performance.now());
    this.#binary.onEvent(event);
    if (event.type === 'process' && event.state === 'exited') return this.#onExit(event.pod);
    const isDelivered = event.type === 'ledger' && event.entry.outcome === 'delivered';
    if (isDelivered) this.#processes.forgetCrashes();
    // A delivery to pods answers an edit: what is wrong after it is news, although it was wrong before.
    if (event.type === 'ledger' && event.entry.pods !== undefined) this.#reported = undefined;
    // The wait finds out when the process has recovered.
    if (event.type === 'ledger' && this.#binary.hasCrashed && this.#wait && !this.#isWaiting) this.#restart();
    const mayBeReady = event.type === 'process' && event.state === 'ready';
    const mayBeCurrent = event.type === 'ledger' || event.type === 'pod';
    const isReachable = event.type === 'cluster' && event.state === 'reachable';
    if (mayBeCurrent || mayBeReady || isReachable) this.#recheck.ring();
  }

  #onExit(name: string): void {
    const crashing = this.#processes.crashing.find(({ pod }) => pod === name);
    if (!crashing) return;
    const end = `Pod/${name}: the process ${crashing.end}`;
    this.#report([end, ...crashing.lastLines].join('\n  '), reasonOf(end, crashing.lastLines));
    // It may have been healthy before, so that nothing waits any more.
    if (this.#wait?.signal.aborted === false) this.#restart();
  }

  async #waitUntilHealthy(signal: AbortSignal): Promise<void> {
    /** When the objects were ready for the first time, and only the binary was not current. */
    let behindSince: number | undefined;
    while (!signal.aborted) {
      if (this.#isCrashing) await this.#pause(signal);
      try {
        await this.options.wait(this.#objects, signal);
        if (signal.aborted) return;
        // The status of a pod without a readiness probe does not show it.
        if (this.#isCrashing) continue;
        if (!this.#isHeld) {
          await this.#whenReady?.(signal);
          if (signal.aborted) return;
          this.#whenReady = undefined;
          return this.#succeed();
        }
        const { lasting } = this.#binary;
        behindSince = lasting === undefined ? undefined : (behindSince ?? performance.now());
        if (lasting !== undefined && performance.now() - behindSince! >= passingMs) this.#report(lasting);
      } catch (error) {
        if (signal.aborted) return;
        this.#report(explain(error));
      }
      await this.#pause(signal);
    }
  }

  #succeed(): void {
    const { emit } = this.options;
    const recovered = this.#binary.recover();
    if (recovered !== undefined) emit({ type: 'target', target: recovered, state: 'ok' });
    this.#reported = undefined;
    if (!this.#isHealthy) emit({ type: 'healthy' });
    this.#isHealthy = true;
  }

  /** Whether something besides the status of the objects keeps them from being healthy. */
  get #isHeld(): boolean {
    if (this.#gone !== undefined || this.#binary.isBehind) return true;
    return this.#binary.hasCrashed && this.#processes.settlesIn(performance.now()) !== 0;
  }

  get #gone(): string | undefined {
    return goneObjects(this.#unready);
  }

  get #isCrashing(): boolean {
    return this.#processes.isCrashing(performance.now());
  }

  #reportLasting(signal: AbortSignal): void {
    if (!signal.aborted && this.#isHealthy && this.#unready.length) this.#report(unreadyText(this.#unready));
  }

  /** @param reason the same text for what is the same problem */
  #report(message: string, reason = message): void {
    this.#isHealthy = false;
    if (reason !== this.#reported) this.options.emit({ type: 'unhealthy', message });
    this.#reported = reason;
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await waitUntil(signal, { ms: pollIntervalMs, bell: this.#recheck });
  }
}
