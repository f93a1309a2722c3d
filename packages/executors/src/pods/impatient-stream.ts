import type { ByteStream } from '../agent/session.js';

/**
 * Closes a stream when an answer is awaited and there is no progress for too long; the wait then fails. Each accepted
 * part of a delivery is progress, so a large binary may take any time over a slow connection.
 */
export class ImpatientStream implements ByteStream {
  readonly output: AsyncIterable<Uint8Array>;
  /** One timer for each awaited answer. */
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

  /** Returns the answer, which has to come within `withinMs` after the last part was accepted. */
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
