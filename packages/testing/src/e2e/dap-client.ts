import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

// Delve's answers, as an IDE reads them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape of each message is what tests are about
type Body = any;

interface Message {
  type: 'response' | 'event' | 'request';
  event?: string;
  request_seq?: number;
  success?: boolean;
  message?: string;
  body?: Body;
}

const separator = '\r\n\r\n';

/** Client of the Debug Adapter Protocol, such as VS Code. */
export class DapClient {
  readonly #waiting = new Map<number, (answer: Message) => void>();
  readonly #events: Message[] = [];
  #lastSequence = 0;
  #unread = Buffer.alloc(0);
  #wake = () => {};
  /** Whether the connection has ended. */
  ended = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      const message = 'The connection has ended.';
      this.#waiting.forEach((answer) => answer({ type: 'response', success: false, message }));
      this.#wake();
    });
  }

  static async connect(port: number): Promise<DapClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new DapClient(socket);
  }

  /** Attaches to the running process, with breakpoints at these lines of a file. */
  async attach(path: string, lines: number[]): Promise<void> {
    await this.request('initialize', {
      adapterID: 'go',
      linesStartAt1: true,
      columnsStartAt1: true,
      pathFormat: 'path',
    });
    const attached = this.request('attach', { mode: 'remote', request: 'attach', stopOnEntry: false });
    await this.event('initialized');
    await this.setBreakpoints(path, lines);
    await this.request('configurationDone');
    await attached;
  }

  async setBreakpoints(path: string, lines: number[]): Promise<Body> {
    return this.request('setBreakpoints', { source: { path }, breakpoints: lines.map((line) => ({ line })) });
  }

  /** Waits until the process is paused at a breakpoint, or returns at once if it is. */
  async atBreakpoint(): Promise<{ threadId: number; frame: { id: number; name: string; line: number } }> {
    const { threadId } = await this.event('stopped', ({ reason }) => reason === 'breakpoint');
    const { stackFrames } = await this.request('stackTrace', { threadId, levels: 1 });
    return { threadId, frame: stackFrames[0] };
  }

  async request(command: string, args: object = {}): Promise<Body> {
    const seq = ++this.#lastSequence;
    const answered = new Promise<Message>((resolve) => this.#waiting.set(seq, resolve));
    const content = Buffer.from(JSON.stringify({ seq, type: 'request', command, arguments: args }));
    this.socket.write(Buffer.concat([Buffer.from(`Content-Length: ${content.length}${separator}`), content]));
    const { success, message, body } = await answered;
    if (!success) throw new Error(`${command}: ${body?.error?.format ?? message}`);
    return body;
  }

  /** Waits for the next matching event of a name and returns its body. Skips earlier events. */
  async event(name: string, matches: (body: Body) => boolean = () => true): Promise<Body> {
    for (;;) {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) {
        if (next.event === name && matches(next.body)) return next.body;
      }
      if (this.ended) throw new Error(`The connection has ended without the event ${name}.`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Value of an expression at the line where the process is paused. */
  async value(expression: string, frameId: number): Promise<string> {
    return (await this.request('evaluate', { expression, frameId, context: 'watch' })).result;
  }

  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const end = this.#unread.indexOf(separator);
      const length = Number(/Content-Length: (\d+)/i.exec(this.#unread.toString('latin1', 0, Math.max(0, end)))?.[1]);
      const from = end + separator.length;
      if (end < 0 || this.#unread.length < from + length) return;
      const message = JSON.parse(this.#unread.toString('utf8', from, from + length)) as Message;
      this.#unread = this.#unread.subarray(from + length);
      if (message.type === 'event') this.#events.push(message);
      this.#waiting.get(message.request_seq ?? 0)?.(message);
      this.#waiting.delete(message.request_seq ?? 0);
      this.#wake();
    }
  }
}
