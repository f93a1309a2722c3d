import { NxKubeError } from '@nx-kube/cluster';
import { AgentError } from '../agent/agent-error.js';
import type { AgentEvent, Delivered } from '../agent/messages.js';
import type { Binary } from './binary.js';
import type { PodLink } from './pod-link.js';

/** The fate of a new process: ready after `readyMs`, crashed before that, or unknown (no probe, connection lost). */
export type Fate = { readyMs?: number } | { crashed: string };

/** The result of delivering a binary to one pod. */
export type Served = { binary: Binary } & ({ result: Delivered; fate: Promise<Fate> } | { error: NxKubeError });

/** Codes of failures that pass: the link connects again, or the next delivery follows at once. */
const passing: ReadonlySet<string> = new Set(['closed', 'cancelled', 'stopping']);

/** One run of the target container, and the state of its process. */
export class Replica {
  /** The last delivery; undefined before the first one. */
  served: Served | undefined;
  /** The pod has run a binary that was wanted at the time. */
  isServed = false;
  #serving = false;
  /** The running binary was compared with the wanted one since the last connect. */
  #met = false;
  /** Fates by process id. The event or the delivery creates the entry, whichever comes first. */
  readonly #fates = new Map<number, { promise: Promise<Fate>; resolve: (fate: Fate) => void }>();

  constructor(
    readonly link: PodLink,
    private readonly options: {
      hasProbe: boolean;
      wanted: () => Binary | undefined;
      /** Called when the pod runs the wanted binary: after a delivery, or where nothing had to be delivered. */
      onServed: (digest: string) => void;
      /** Called when a delivery has ended. */
      onChange: () => void;
      signal: AbortSignal;
    },
  ) {}

  /**
   * Brings the pod to the wanted binary if it runs another one. Ends when the pod runs it, or when the connection is
   * lost.
   */
  async serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    try {
      // A call during this loop returns at once, so the loop itself serves a connection that was cut and is back.
      for (let last: Binary | undefined; this.link.connected;) {
        const wanted = this.options.wanted();
        if (!wanted || (wanted === last && this.#met)) break;
        last = wanted;
        await this.#deliver(wanted);
        this.options.onChange();
      }
    } finally {
      this.#serving = false;
    }
  }

  onEvent(event: AgentEvent): void {
    if (event.event === 'ready') this.#fateOf(event.pid).resolve({ readyMs: event.ms });
    if (event.event === 'exited') {
      const crashed = [`the new process ${howItEnded(event)}`, ...event.lastLines].join('\n  ');
      this.#fateOf(event.pid).resolve(event.expected ? {} : { crashed });
    }
  }

  /** Without the connection, the fates of the processes stay unknown. */
  onLost(): void {
    this.#met = false;
    this.#fates.forEach(({ resolve }) => resolve({}));
    this.#fates.clear();
  }

  async #deliver(binary: Binary): Promise<void> {
    const { link, options } = this;
    try {
      // An edit is compared only right after a connect: its digest is known when all of it is packed, and by then most
      // of it can be in the pod.
      if (!this.#met || binary.mayBeSame) {
        this.#met = true;
        if ((await binary.digest()) === link.running) {
          if (link.waits) await link.restart();
          return this.#onServed(link.running);
        }
      }
      const result = await link.deliver(binary, options.signal);
      const fate = options.hasProbe ? this.#fateOf(result.pid).promise : Promise.resolve({});
      this.served = { binary, result, fate };
      this.#onServed(result.digest);
    } catch (error) {
      if (!link.connected || (error instanceof AgentError && passing.has(error.code))) return;
      this.served = { binary, error: inPod(link, error) };
    }
  }

  #onServed(digest: string): void {
    this.isServed = true;
    this.options.onServed(digest);
  }

  #fateOf(pid: number) {
    let fate = this.#fates.get(pid);
    if (!fate) {
      let resolve!: (fate: Fate) => void;
      const promise = new Promise<Fate>((settle) => (resolve = settle));
      this.#fates.set(pid, (fate = { promise, resolve }));
    }
    return fate;
  }
}

/** `exited with code 1`, `was killed by SIGSEGV`. */
export function howItEnded({ code, signal }: { code?: number; signal?: string }): string {
  return signal ? `was killed by ${signal}` : `exited with code ${code}`;
}

/** Returns the worst fate of several processes: a crash, else the slowest to get ready. */
export async function worst(fates: Promise<Fate>[]): Promise<Fate> {
  const all = await Promise.all(fates);
  const crashed = all.find((fate) => 'crashed' in fate);
  if (crashed) return crashed;
  const ready = all.flatMap((fate) => ('readyMs' in fate && fate.readyMs !== undefined ? [fate.readyMs] : []));
  return ready.length ? { readyMs: Math.max(...ready) } : {};
}

function inPod({ container: { namespace, pod } }: PodLink, cause: unknown): NxKubeError {
  const { culprit, next, message } =
    cause instanceof NxKubeError ? cause : { culprit: 'bug' as const, next: undefined, message: String(cause) };
  return new NxKubeError(culprit, `Pod/${namespace}/${pod}: ${message}`, { next, cause });
}
