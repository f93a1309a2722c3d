/** Queue of bytes between an event emitter and one reader. Pauses the emitter when too many bytes wait. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #held = false;
  #ended = false;
  #wake?: () => void;

  /** @param limit bytes that may wait; the emitter is paused above it and resumed below half of it */
  constructor(
    private readonly limit: number,
    private readonly hold: () => void,
    private readonly release: () => void,
  ) {}

  push(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (!this.#held && this.#bytes > this.limit) {
      this.#held = true;
      this.hold();
    }
    this.#wake?.();
  }

  /** Ends the queue; waiting bytes can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#bytes -= chunk.length;
        if (this.#held && this.#bytes <= this.limit / 2) {
          this.#held = false;
          this.release();
        }
        yield chunk;
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
