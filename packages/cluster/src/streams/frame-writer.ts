import type { WebSocket } from 'ws';

/** Longest WebSocket frame, the byte for the channel included. */
const longestFrame = 64 * 1024;
/** Bytes handed to the socket and not yet taken by the operating system, above which writers wait. */
const mostInFlight = 1024 * 1024;

/** Sends bytes on one channel of a socket in frames of at most 64 KiB, with no more than about 1 MiB under way. */
export class FrameWriter {
  #inFlight = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly socket: WebSocket,
    private readonly channel: number,
  ) {}

  /** Resolves to true when there is room for more, to false if the socket is closed. */
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
