import { createInterface } from 'node:readline';
import { Bell, failureIsABug, inBackground, waitUntil } from '@nx-kube/cluster';
import type { Change } from '@nx-kube/cluster';
import type { Workspace } from './workspace.js';

// The loop's JSON lines, as a user's script reads them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape of each event is what tests are about
export type Event = { type: string; time: string; [key: string]: any };

/** Selects the changes other than `unchanged`. */
export function changed(changes: Change[]): Change[] {
  return changes.filter(({ action }) => action !== 'unchanged');
}

const never = new AbortController().signal;

/** A real `nx run <project>:dev --output json`, with its output so far. */
export class DevLoop {
  readonly events: Event[] = [];
  /** Lines that are not events: errors as a user sees them. */
  readonly other: string[] = [];
  readonly process;
  #read = 0;
  /** Rings with each line, and at the end: several waits may go on at once. */
  readonly #news = new Bell();
  #ended = false;

  constructor(workspace: Workspace, project: string, args: string[] = [], env: Record<string, string> = {}) {
    // Its own process group, as in a terminal, so that Ctrl-C reaches all of it.
    this.process = workspace.nx(['run', `${project}:dev`, '--output=json', ...args], env, { detached: true });
    const onExit = () => this.#interrupt('SIGKILL');
    process.once('exit', onExit);
    inBackground(
      this.process.then(() => process.off('exit', onExit)),
      failureIsABug,
    );
    const onLine = (line: string) => {
      const start = line.indexOf('{"time"');
      if (start >= 0) this.events.push(JSON.parse(line.slice(start)));
      else if (line.trim()) this.other.push(line);
      this.#news.ring();
    };
    createInterface(this.process.stdout!).on('line', onLine);
    createInterface(this.process.stderr!).on('line', onLine);
    const onEnd = () => {
      this.#ended = true;
      this.#news.ring();
    };
    inBackground(this.process.then(onEnd), failureIsABug);
  }

  /** Waits for the next matching event after the last call's. Checks each event once. */
  async next(type: string, matches: (event: Event) => boolean = () => true): Promise<Event> {
    for (;;) {
      while (this.#read < this.events.length) {
        const event = this.events[this.#read++]!;
        if (event.type === type && matches(event)) return event;
      }
      if (this.#ended) throw new Error(`The loop ended without ${type}:\n${this.transcript()}`);
      await waitUntil(never, { bell: this.#news });
    }
  }

  /** Waits for the first matching event, including earlier ones. Does not move `next`. */
  async first(type: string, matches: (event: Event) => boolean = () => true): Promise<Event> {
    for (;;) {
      const found = this.events.find((event) => event.type === type && matches(event));
      if (found) return found;
      if (this.#ended) throw new Error(`The loop ended without ${type}:\n${this.transcript()}`);
      await waitUntil(never, { bell: this.#news });
    }
  }

  /** Waits for the next ledger entry of a target that has ended. */
  async entry(target: string): Promise<Event> {
    const isEnd = ({ entry }: Event) => entry.target === target && entry.outcome !== 'superseded';
    return (await this.next('ledger', isEnd))['entry'];
  }

  /** Waits until everything is delivered and healthy for the first time. */
  async up(): Promise<void> {
    await this.entry('go-build');
    if (!this.events.some(({ type }) => type === 'healthy')) await this.next('healthy');
  }

  /** Waits for a line that is not an event and contains the text. */
  async line(text: string): Promise<string> {
    for (;;) {
      const found = this.other.find((line) => line.includes(text));
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`The loop ended without printing "${text}":\n${this.transcript()}`);
      await waitUntil(never, { bell: this.#news });
    }
  }

  /** Skips all output so far, so that `next` sees only later events. */
  skip(): void {
    this.#read = this.events.length;
  }

  /**
   * Sends Ctrl-C.
   *
   * @returns the time (ms) until the loop ended, and its exit code
   */
  async stop(): Promise<{ ms: number; exitCode?: number }> {
    const started = performance.now();
    this.#interrupt('SIGINT');
    const { exitCode } = await this.process;
    return { ms: performance.now() - started, exitCode };
  }

  #interrupt(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.process.pid!, signal);
    } catch {
      // The loop has ended.
    }
  }

  transcript(): string {
    return [...this.events.map((event) => JSON.stringify(event)), ...this.other].join('\n');
  }
}
