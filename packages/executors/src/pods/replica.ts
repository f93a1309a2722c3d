import { NxKubeError } from '@nx-kube/cluster';
import { AgentError } from '../agent/agent-error.js';
import type { AgentEvent, Delivered } from '../agent/messages.js';
import type { Binary } from './binary.js';
import type { PodLink } from './pod-link.js';

/** What became of a new process: ready after so long, died before that, or not known (no probe, connection lost). */
export type Fate = { readyMs?: number } | { crashed: string };

/** What delivering a binary to one pod came to. */
export type Served = { binary: Binary } & ({ result: Delivered; fate: Promise<Fate> } | { error: NxKubeError });

/** Ends of a delivery that are none: the link connects again, or the next delivery follows at once. */
const passing: ReadonlySet<string> = new Set(['closed', 'cancelled', 'stopping']);

/** One run of the target container, and what is known of the process in it. */
export class Replica {
  /** The last delivery to it; undefined until there was one. */
  served: Served | undefined;
  #serving = false;
  /** Whether what runs there was compared with what is wanted since the connection was made. */
  #met = false;
  /** By process id; made by whoever comes first, the event or the one who waits for it. */
  readonly #fates = new Map<number, { promise: Promise<Fate>; resolve: (fate: Fate) => void }>();

  constructor(
    readonly link: PodLink,
    private readonly options: {
      hasProbe: boolean;
      wanted: () => Binary | undefined;
      /** The pod runs the wanted binary: a delivery has ended well, or there was nothing to deliver. */
      onServed: (digest: string) => void;
      /** A delivery has ended. */
      onChange: () => void;
      signal: AbortSignal;
    },
  ) {}

  /**
   * Brings the pod to the wanted binary if it runs another; ends when it has, or when there is nothing to connect to.
   */
  async serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    try {
      // Once more, too, where the connection was cut and is back: whoever said so found this under way.
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

  /** With the connection goes the knowledge of what became of the processes. */
  onLost(): void {
    this.#met = false;
    this.#fates.forEach(({ resolve }) => resolve({}));
    this.#fates.clear();
  }

  async #deliver(binary: Binary): Promise<void> {
    const { link, options } = this;
    try {
      // Only a pod that was just met may be current already. The digest of an edit is known when all of it is packed,
      // and by then most of it can be in the pod.
      if (!this.#met) {
        this.#met = true;
        if ((await binary.digest()) === link.running) return options.onServed(link.running);
      }
      const result = await link.deliver(binary, options.signal);
      const fate = options.hasProbe ? this.#fateOf(result.pid).promise : Promise.resolve({});
      this.served = { binary, result, fate };
      options.onServed(result.digest);
    } catch (error) {
      if (!link.connected || (error instanceof AgentError && passing.has(error.code))) return;
      this.served = { binary, error: inPod(link, error) };
    }
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

/** The fate of several new processes is that of the worst: one that crashed, else the last to be ready. */
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
