import { exec, type Cluster, type NxKubeError } from '@nx-kube/cluster';
import { AgentError } from '../agent/agent-error.js';
import type { AgentEvent, Delivered, ReadinessProbe, Restarted } from '../agent/messages.js';
import { openSession, type AgentSession, type ByteStream } from '../agent/session.js';
import { agentPath } from '../workload/inject-agent.js';
import type { Binary } from './binary.js';
import type { RunningContainer } from './target-container.js';

/** Passing failures of a delivery: the same binary is sent again, whole. */
const again: ReadonlySet<string> = new Set(['digest-mismatch', 'corrupt-stream', 'base-mismatch']);

/**
 * How long the agent may take to say hello, and to take a delivery besides the old process's grace, in ms. A runtime that is
 * restarted can leave an exec open that nobody answers: only a new connection helps then.
 */
const helloWithinMs = 10_000;
const deliveryWithinMs = 60_000;

export interface PodLinkOptions {
  cluster: Cluster;
  container: RunningContainer;
  probe?: ReadinessProbe;
  /** Time between SIGTERM and SIGKILL for the old process, in ms. */
  graceMs?: number;
  onConnected: (link: PodLink) => void;
  onLost: (link: PodLink, error: unknown) => void;
  onEvent: (link: PodLink, event: AgentEvent) => void;
}

/** The connection to one run of the target container: kept open, opened again when it is cut, until `stop`. */
export class PodLink {
  /** Digest of the binary that runs there, as last reported; undefined while there is no connection. */
  running: string | undefined;
  #session: AgentSession | undefined;
  readonly #stop = new AbortController();
  #wake = () => {};

  constructor(private readonly options: PodLinkOptions) {
    void this.#keepConnected();
  }

  get container(): RunningContainer {
    return this.options.container;
  }

  /** When the process that was met was started, by the clock of its node, in ms since the epoch. */
  get startedAt(): number | undefined {
    return this.#session && Date.parse(this.#session.hello.running.startedAt);
  }

  get connected(): boolean {
    return this.#session !== undefined;
  }

  /**
   * Brings the process to the binary. Needs a connection.
   *
   * @throws AgentError; `closed` when the connection was cut, which is tried again once it is back
   */
  async deliver(binary: Binary, signal: AbortSignal): Promise<Delivered> {
    const session = this.#session!;
    const options = { graceMs: this.options.graceMs, signal };
    const within = deliveryWithinMs + (this.options.graceMs ?? 0);
    const send = async (base: string | undefined) =>
      answered(session.deliver(await binary.packFor(base), options), within, session);
    const delivered = await send(this.running).catch((error: unknown) => {
      if (error instanceof AgentError && again.has(error.code)) return send(undefined);
      throw error;
    });
    this.running = delivered.digest;
    return delivered;
  }

  /** Stops the process and starts the same binary again. */
  restart(): Promise<Restarted> {
    return this.#session!.restart({ graceMs: this.options.graceMs });
  }

  /** Tries to connect now, instead of after the pause: the API server is known to be back. */
  poke(): void {
    this.#wake();
  }

  stop(): void {
    this.#stop.abort();
    this.#session?.close();
    this.#wake();
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
      this.#session = undefined;
      this.running = undefined;
      if (signal.aborted) return;
      this.options.onLost(this, error);
      await this.#pause(Math.min(50 * 2 ** failures, 2000));
    }
  }

  /** Resolves when the connection has ended, with the reason if there is one. */
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
    const bytes: ByteStream = {
      write: (chunk) => stream.write(chunk),
      output: stream.stdout,
      close: () => void stream.close(),
    };
    const greeting = openSession(bytes, { probe, signal, onEvent: (event) => onEvent(this, event) });
    const session = await answered(greeting, helloWithinMs, bytes);
    this.#session = session;
    this.running = session.hello.running.digest;
    onOpen();
    onConnected(this);
    await session.closed;
    await stream.close();
    return (await stream.closed).error;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The answer; the connection is closed, which fails whoever waits on it, where none comes in time. */
async function answered<T>(answer: Promise<T>, withinMs: number, connection: { close(): void }): Promise<T> {
  const timer = setTimeout(() => connection.close(), withinMs);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}
