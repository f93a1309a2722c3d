import type { ByteStream } from '../agent/session.js';

/**
 * A stream that is closed, which fails whoever waits on it, where an answer is waited for and nothing has gone on for
 * too long. A large binary over a slow connection takes as long as it takes: each part of it that is accepted is
 * progress.
 */
export class ImpatientStream implements ByteStream {
  readonly output: AsyncIterable<Uint8Array>;
  /** One for each answer that is waited for. */
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(private readonly stream: ByteStream) {
    this.output = stream.output;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.stream.write(chunk);
    this.#timers.forEach((timer) => timer.refresh());
  }

  close(): void {
    this.stream.close();
  }

  /** The answer; it has to come at most so long after the last part was accepted. */
  async answered<T>(answer: Promise<T>, withinMs: number): Promise<T> {
    const timer = setTimeout(() => this.close(), withinMs);
    this.#timers.add(timer);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#timers.delete(timer);
    }
  }
}
