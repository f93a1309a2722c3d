import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { AgentError, type AgentErrorCode } from './agent-error.js';
import { decodeFrames, encodeFrame, frameType, maxData } from './frames.js';
import type { AgentEvent, AgentHello, Delivered, ReadinessProbe, Restarted } from './messages.js';
import type { Pack } from './pack.js';

/** A duplex byte stream to `agent session`: an exec into the container, or a local child process in tests. */
export interface ByteStream {
  /** Resolves when the stream accepts more data (back-pressure). Rejects when the stream is closed. */
  write(chunk: Uint8Array): Promise<void>;
  /** What the agent writes. Ends when the stream closes, throws when the stream breaks. */
  readonly output: AsyncIterable<Uint8Array>;
  close(): void;
}

export interface SessionOptions {
  /** Probe for `ready` events. The agent polls it after each start, and at once if the process is not yet ready. */
  probe?: ReadinessProbe;
  /** Closes the session. */
  signal?: AbortSignal;
  onEvent?: (event: AgentEvent) => void;
}

export interface DeliverOptions {
  /** Grace period (ms) between SIGTERM and SIGKILL for the old process. Default 10000. */
  graceMs?: number;
  /** Replaces the session's probe. */
  probe?: ReadinessProbe;
  /**
   * Cancels the delivery unless all of it has been sent. The old process keeps running, the call rejects with
   * `cancelled`.
   */
  signal?: AbortSignal;
}

export interface RestartOptions extends Omit<DeliverOptions, 'signal'> {
  /** Ends the wait with `cancelled`. The restart still happens. */
  signal?: AbortSignal;
}

export interface AgentSession {
  /** What the agent reported on connecting. Later changes arrive as events. */
  readonly hello: AgentHello;
  /**
   * Sends a pack and waits until the agent has started its process. A newer call, on any session, supersedes an
   * incomplete one.
   *
   * @throws AgentError; with code `base-mismatch`, send a pack without a base
   */
  deliver(pack: Pack, options?: DeliverOptions): Promise<Delivered>;
  /** Stops the process and starts the same binary again; resets the back-off. */
  restart(options?: RestartOptions): Promise<Restarted>;
  /** Resolves when the stream has ended, for any reason. Never rejects. */
  readonly closed: Promise<void>;
  close(): void;
}

const protocol = 1;

/**
 * Opens a session and waits for the agent's hello.
 *
 * @throws AgentError with code `no-supervisor`, `protocol` or `closed`
 */
export async function openSession(stream: ByteStream, options: SessionOptions = {}): Promise<AgentSession> {
  const session = new Session(stream, options.onEvent);
  const close = () => session.close();
  options.signal?.addEventListener('abort', close);
  inBackground(
    session.closed.then(() => options.signal?.removeEventListener('abort', close)),
    failureIsABug,
  );
  if (options.signal?.aborted) close();
  await session.greet(options.probe);
  return session;
}

interface Waiting {
  resolve(answer: Record<string, unknown>): void;
  reject(error: unknown): void;
}

/** Id under which the session waits for the hello. No request has this id. */
const helloId = 0;

class Session implements AgentSession {
  hello!: AgentHello;
  readonly closed: Promise<void>;

  /** Requests without an answer yet, by id. */
  readonly #waiting = new Map<number, Waiting>();
  #lastId = helloId;
  /** End of the queue of writes: each frame waits for the previous one. */
  #written: Promise<void> = Promise.resolve();
  /** Reason why all requests now fail. Set when the stream has ended. */
  #end: AgentError | undefined;
  /** Stops sending the data of the last delivery. */
  #sending = new AbortController();

  constructor(
    private readonly stream: ByteStream,
    private readonly onEvent: (event: AgentEvent) => void = () => {},
  ) {
    this.closed = this.#read();
  }

  close(): void {
    this.stream.close();
  }

  async greet(probe: ReadinessProbe | undefined): Promise<void> {
    const answer = await this.#ask(helloId, { type: 'hello', protocol, probe });
    const { version, goos, goarch, debugs, running } = answer;
    this.hello = { version, goos, goarch, debugs, running } as AgentHello;
  }

  async restart({ graceMs, probe, signal }: RestartOptions = {}): Promise<Restarted> {
    const id = ++this.#lastId;
    const answer = this.#ask(id, { type: 'restart', id, graceMs, probe });
    const { pid, stopMs, startMs } = await unlessAborted(answer, signal, 'The wait for the restart was cancelled.');
    return { pid, stopMs, startMs } as Restarted;
  }

  async deliver(pack: Pack, { graceMs, probe, signal }: DeliverOptions = {}): Promise<Delivered> {
    const id = ++this.#lastId;
    const begin = await unlessAborted(pack.begin, signal, 'The delivery was cancelled before it began.');
    // Race: data of an earlier delivery must not follow this delivery's request.
    this.#sending.abort();
    const sending = (this.#sending = new AbortController());

    const answer = this.#ask(id, { type: 'deliver', id, ...begin, graceMs, probe });
    answer.catch(() => sending.abort());
    const cancel = () => {
      if (sending.signal.aborted) return;
      sending.abort();
      this.#control({ type: 'cancel', id });
    };
    signal?.addEventListener('abort', cancel);
    try {
      const sent = { bytes: 0 };
      // The agent may refuse before all data is sent.
      await Promise.race([this.#send(id, pack, sending.signal, sent), answer]);
      signal?.removeEventListener('abort', cancel);
      const { pid, digest, transferMs, applyMs, stopMs, startMs } = await answer;
      return { pid, digest, bytesSent: sent.bytes, transferMs, applyMs, stopMs, startMs } as Delivered;
    } catch (error) {
      cancel();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Sends a pack's data and its end unless `stopped` aborts. Adds the bytes sent to `sent`. */
  async #send(id: number, pack: Pack, stopped: AbortSignal, sent: { bytes: number }): Promise<void> {
    for await (const chunk of pack.bytes()) {
      for (let from = 0; from < chunk.length; from += maxData) {
        if (stopped.aborted) return;
        const part = chunk.subarray(from, from + maxData);
        await this.#write(encodeFrame(frameType.data, part), stopped);
        sent.bytes += part.length;
      }
    }
    const { digest } = await pack.header;
    if (!stopped.aborted) this.#control({ type: 'end', id, digest });
  }

  #ask(id: number, request: object): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      this.#waiting.set(id, { resolve, reject });
      this.#control(request);
    });
  }

  #control(request: object): void {
    inBackground(this.#write(encodeFrame(frameType.control, Buffer.from(JSON.stringify(request)))), failureIsABug);
  }

  /** Queues a frame, and drops it if `stopped` has aborted by its turn. A failed write ends the session. */
  #write(frame: Buffer, stopped?: AbortSignal): Promise<void> {
    this.#written = this.#written
      .then(() => (stopped?.aborted ? undefined : this.stream.write(frame)))
      .catch(() => this.stream.close());
    return this.#written;
  }

  async #read(): Promise<void> {
    let reason = new AgentError('closed', 'The connection to the agent has ended.');
    try {
      for await (const { type, payload } of decodeFrames(this.stream.output)) {
        if (type !== frameType.control) throw new RangeError(`a frame has type ${type}`);
        const ended = this.#take(JSON.parse(payload.toString('utf8')));
        if (ended) reason = ended;
      }
    } catch (error) {
      const broken = error instanceof RangeError || error instanceof SyntaxError;
      const what = error instanceof Error ? error.message : String(error);
      reason = broken
        ? new AgentError('protocol', `The agent's answer cannot be parsed: ${withStop(what)}`, error)
        : new AgentError('closed', `The connection to the agent broke: ${withStop(what)}`, error);
    }
    this.#end = reason;
    this.#sending.abort();
    this.stream.close();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  /** Handles a message. Returns the reason if the agent ends the session with it. */
  #take(message: Record<string, unknown> & { type?: string; id?: number }): AgentError | undefined {
    const { type, id = helloId, ...content } = message;
    if (type === 'event') {
      this.onEvent(content as unknown as AgentEvent);
      return undefined;
    }
    if (type === 'error') {
      const text = withStop(String(content['message']));
      const error = new AgentError(content['code'] as AgentErrorCode, `The agent reports: ${text}`);
      if (id === helloId) return error;
      this.#waiting.get(id)?.reject(error);
    } else {
      this.#waiting.get(id)?.resolve(message);
    }
    this.#waiting.delete(id);
    return undefined;
  }
}

/** Ends a text with exactly one full stop. */
const withStop = (text: string) => text.replace(/\.?$/, '.');

/** Waits for a promise until the signal aborts. @throws AgentError with code `cancelled` on the abort */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, message: string): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new AgentError('cancelled', message));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
