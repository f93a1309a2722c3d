import type { WebSocket } from 'ws';

/** Longest WebSocket frame (bytes), including the byte for the channel. */
const longestFrame = 64 * 1024;
/** Bytes in the socket, not yet taken by the operating system, above which writers wait. */
const mostInFlight = 1024 * 1024;

/** Writes bytes to one channel of a socket in frames of at most 64 KiB, with at most about 1 MiB in flight. */
export class FrameWriter {
  #inFlight = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly socket: WebSocket,
    private readonly channel: number,
  ) {}

  /** @returns true when there is room for more, false if the socket is closed */
  async write(chunk: Uint8Array): Promise<boolean> {
    for (let start = 0; start < chunk.length; start += longestFrame - 1) {
      while (this.#inFlight >= mostInFlight && this.#isOpen())
        await new Promise<void>((room) => this.#waiting.push(room));
      if (!this.#isOpen()) return false;
      this.#send(chunk.subarray(start, start + longestFrame - 1));
    }
    return this.#isOpen();
  }

  #send(payload: Uint8Array): void {
    const frame = Buffer.allocUnsafe(payload.length + 1);
    frame[0] = this.channel;
    frame.set(payload, 1);
    this.#inFlight += frame.length;
    this.socket.send(frame, () => {
      this.#inFlight -= frame.length;
      if (this.#inFlight < mostInFlight) this.#wake();
    });
  }

  #isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const room of waiting) room();
  }
}
