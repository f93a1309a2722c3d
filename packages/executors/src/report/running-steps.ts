import type { LoopEvent } from '../events/events.js';
import { eventLines } from './event-lines.js';

/** How often (ms) a long step reports its progress. */
export const progressEveryMs = 5000;
/** How often (ms) a step that waits is printed again: it changes nothing by itself. */
const waitingEveryMs = 30_000;

interface Step {
  since: number;
  progress: string;
  /** What the step waits for; undefined while it works. */
  waitsFor?: string;
  /** The text that was printed last about the wait, and when. */
  printed?: { text: string; at: number };
}

/** The targets that run or wait now. */
export class RunningSteps {
  readonly #steps = new Map<string, Step>();
  /** What the applied objects wait for, and when that was printed. */
  #objects: { since: number; text: string; at: number } | undefined;

  /** @param problemOf what is wrong with a target, in one line */
  constructor(private readonly problemOf: (target: string) => string | undefined) {}

  onTarget({ target, state, waitsFor }: LoopEvent & { type: 'target' }): void {
    const isPresent = state === 'in_progress' || (state === 'pending' && waitsFor !== undefined);
    if (isPresent) this.#steps.set(target, { since: performance.now(), progress: '', waitsFor });
    else this.#steps.delete(target);
  }

  /** Follows what the applied objects wait for. A new text is printed with its event. */
  onHealth(event: LoopEvent): void {
    const now = performance.now();
    const isOver = ['healthy', 'unhealthy', 'applied'].includes(event.type);
    if (isOver) this.#objects = undefined;
    if (event.type !== 'waiting') return;
    this.#objects = { since: this.#objects?.since ?? now, text: eventLines(event).join('\n'), at: now };
  }

  onProgress({ target, message }: LoopEvent & { type: 'progress' }): void {
    const step = this.#steps.get(target);
    if (step) step.progress = message;
  }

  /** One line for each target that has been running for a while, or that waits and was not printed lately. */
  lines(): string[] {
    const now = performance.now();
    const objects = this.#objects;
    const isDue = objects && now - objects.at >= waitingEveryMs;
    if (isDue) objects.at = now;
    const waiting = isDue ? [`${objects.text} (${Math.round((now - objects.since) / 1000)} s)`] : [];
    const steps = [...this.#steps].flatMap(([target, step]) => {
      const ms = now - step.since;
      if (ms < progressEveryMs) return [];
      const seconds = Math.round(ms / 1000);
      if (step.waitsFor !== undefined) return this.#waiting(target, step, now, seconds);
      return [`… ${target}: ${seconds} s${step.progress && ` · ${step.progress}`}`];
    });
    return [...waiting, ...steps];
  }

  #waiting(target: string, step: Step, now: number, seconds: number): string[] {
    const problem = this.problemOf(step.waitsFor!);
    const text = `… ${target}: waits for ${step.waitsFor}${problem === undefined ? '' : `, which is broken: ${problem}`}`;
    const { printed } = step;
    // What is broken is fixed by an edit, and that prints lines of its own.
    const isOld = !printed || (problem === undefined && now - printed.at >= waitingEveryMs);
    if (!isOld && printed.text === text) return [];
    step.printed = { text, at: now };
    return [problem === undefined ? `${text} (${seconds} s)` : text];
  }
}
