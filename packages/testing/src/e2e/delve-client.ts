import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

// Delve's answers, as an IDE reads them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape of each answer is what tests are about
type Answer = any;

/** Client of Delve's own API (JSON-RPC 1.0, API version 2), such as GoLand. */
export class DelveClient {
  readonly #waiting = new Map<number, (answer: { result: Answer; error: string | null }) => void>();
  #lastId = 0;
  /** Whether the connection has ended. */
  ended = false;

  private constructor(private readonly socket: Socket) {
    createInterface(socket).on('line', (line) => {
      const answer = JSON.parse(line);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      this.#waiting.forEach((answer) => answer({ result: null, error: 'The connection has ended.' }));
    });
  }

  static async connect(port: number): Promise<DelveClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new DelveClient(socket);
  }

  async call(method: string, parameters: object = {}): Promise<Answer> {
    const id = ++this.#lastId;
    const answered = new Promise<{ result: Answer; error: string | null }>((resolve) => this.#waiting.set(id, resolve));
    this.socket.write(`${JSON.stringify({ method: `RPCServer.${method}`, params: [parameters], id })}\n`);
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error}`);
    return result;
  }

  async command(name: 'halt' | 'continue' | 'next'): Promise<Answer> {
    return (await this.call('Command', { name })).State;
  }

  /** Value of an expression at the line where the process is paused. */
  async value(expression: string): Promise<string> {
    const { Variable } = await this.call('Eval', { Scope: { GoroutineID: -1 }, Expr: expression });
    return Variable.value;
  }

  close(): void {
    this.socket.destroy();
  }
}
