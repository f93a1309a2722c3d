import {
  Bell,
  exec,
  waitUntil,
  type Cluster,
  type NxKubeError,
  failureIsHarmless,
  inBackground,
} from '@nx-kube/cluster';
import { AgentError } from '../agent/agent-error.js';
import type { AgentEvent, AgentHello, Delivered, ReadinessProbe, Restarted } from '../agent/messages.js';
import { openSession, type AgentSession } from '../agent/session.js';
import { agentPath } from '../workload/inject-agent.js';
import type { Binary } from './binary.js';
import { ImpatientStream } from './impatient-stream.js';
import type { RunningContainer } from './target-container.js';

/** Codes of failures after which the whole binary is sent again. */
const again: ReadonlySet<string> = new Set(['digest-mismatch', 'corrupt-stream', 'base-mismatch']);

/**
 * Time-outs (ms) for the agent's hello, and for its answer after the last part of a delivery, without the grace period
 * of the old process. A restarted container runtime can leave an exec open that nothing answers: only a new connection
 * helps then.
 */
const helloWithinMs = 10_000;
const deliveryWithinMs = 60_000;

export interface PodLinkOptions {
  cluster: Cluster;
  container: RunningContainer;
  probe?: ReadinessProbe;
  /** Grace period (ms) of the old process between SIGTERM and SIGKILL. */
  graceMs?: number;
  onConnected: (link: PodLink) => void;
  onLost: (link: PodLink, error: unknown) => void;
  onEvent: (link: PodLink, event: AgentEvent) => void;
}

/** The connection to one run of the target container. It is opened again when it is cut, until `stop`. */
export class PodLink {
  /**
   * Last reported digest of the running binary; undefined without a connection, and where the binary runs without the
   * debugger that it needs.
   */
  running: string | undefined;
  /** Digest of the base for the next delivery's difference; undefined without a connection. */
  base: string | undefined;
  /** The pod is new: its agent has started no process yet, and waits for the binary to run. */
  waits = false;
  /** Why the image's own binary runs, where that is not what it should; undefined without a connection. */
  fallback: string | undefined;
  #session: AgentSession | undefined;
  /** The stream of the session; set with it. */
  #stream: ImpatientStream | undefined;
  readonly #stop = new AbortController();
  /** Ends the pause before the next attempt to connect. */
  readonly #retryNow = new Bell();

  constructor(private readonly options: PodLinkOptions) {
    this.#keepConnected().catch((error: unknown) => this.options.onLost(this, error));
  }

  get container(): RunningContainer {
    return this.options.container;
  }

  /** Start of the process that ran on connect (ms since the epoch, by the clock of its node). */
  get startedAt(): number | undefined {
    return this.#session && Date.parse(this.#session.hello.running.startedAt);
  }

  get connected(): boolean {
    return this.#session !== undefined;
  }

  /**
   * Brings the process to the binary. Needs a connection.
   *
   * @throws AgentError; `closed` when the connection was cut: the replica retries after the next connect
   */
  async deliver(binary: Binary, signal: AbortSignal): Promise<Delivered> {
    const session = this.#session!;
    const stream = this.#stream!;
    const options = { graceMs: this.options.graceMs, signal };
    const within = deliveryWithinMs + (this.options.graceMs ?? 0);
    const send = async (base: string | undefined) =>
      stream.answered(session.deliver(await binary.packFor(base), options), within);
    const delivered = await send(this.base).catch((error: unknown) => {
      if (error instanceof AgentError && again.has(error.code)) return send(undefined);
      throw error;
    });
    this.running = this.base = delivered.digest;
    this.waits = false;
    return delivered;
  }

  /** Stops the process and starts the same binary again; in a pod that waits, starts the image's own binary. */
  async restart(): Promise<Restarted> {
    const restarted = await this.#session!.restart({ graceMs: this.options.graceMs });
    this.waits = false;
    return restarted;
  }

  /** Connects now instead of after the pause: the API server is back. */
  poke(): void {
    this.#retryNow.ring();
  }

  stop(): void {
    this.#stop.abort();
    this.#session?.close();
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted; failures += 1) {
      let error: unknown;
      try {
        error = await this.#connectOnce(() => (failures = 0));
      } catch (cause) {
        error = cause;
      }
      this.#session = this.#stream = undefined;
      this.running = this.base = undefined;
      if (signal.aborted) return;
      this.options.onLost(this, error);
      await waitUntil(signal, { ms: Math.min(50 * 2 ** failures, 2000), bell: this.#retryNow });
    }
  }

  /** Resolves when the connection has ended, with the error if there is one. */
  async #connectOnce(onOpen: () => void): Promise<NxKubeError | undefined> {
    const { cluster, container, probe, onConnected, onEvent } = this.options;
    const { signal } = this.#stop;
    const { namespace, pod, container: name } = container;
    const stream = await exec(cluster, {
      namespace,
      pod,
      container: name,
      command: [agentPath, 'session'],
      signal,
    });
    const bytes = new ImpatientStream({
      write: (chunk) => stream.write(chunk),
      output: stream.stdout,
      close: () => inBackground(stream.close(), failureIsHarmless),
    });
    // Race: an event can follow the hello at once. It is newer than the hello, so it is reported after it.
    let early: AgentEvent[] | undefined = [];
    const take = (event: AgentEvent) => {
      if (event.event === 'started') this.waits = false;
      if (early) early.push(event);
      else onEvent(this, event);
    };
    const greeting = openSession(bytes, { probe, signal, onEvent: take });
    const session = await bytes.answered(greeting, helloWithinMs);
    this.#session = session;
    this.#stream = bytes;
    this.base = session.hello.running.digest;
    this.running = runsAsItShould(session.hello) ? this.base : undefined;
    this.waits = session.hello.running.state === 'waiting';
    this.fallback = session.hello.running.fallback;
    onOpen();
    onConnected(this);
    const { state, pid, lastExit } = session.hello.running;
    // The process crashed while there was no connection; the agent does not repeat that event by itself.
    if (state === 'backoff' && lastExit) onEvent(this, { event: 'exited', pid, expected: false, ...lastExit });
    early.splice(0).forEach((event) => onEvent(this, event));
    early = undefined;
    await session.closed;
    await stream.close();
    return (await stream.closed).error;
  }
}

/**
 * Whether the process runs as wanted. The image's own binary never runs under the debugger: it must be delivered for
 * that. Pure.
 */
export function runsAsItShould({ debugs, running }: Pick<AgentHello, 'debugs' | 'running'>): boolean {
  return !debugs || running.source === 'live';
}
