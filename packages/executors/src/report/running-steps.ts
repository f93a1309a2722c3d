import type { LoopEvent } from '../events/events.js';

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

  /** @param problemOf what is wrong with a target, in one line */
  constructor(private readonly problemOf: (target: string) => string | undefined) {}

  onTarget({ target, state, waitsFor }: LoopEvent & { type: 'target' }): void {
    const isPresent = state === 'in_progress' || (state === 'pending' && waitsFor !== undefined);
    if (isPresent) this.#steps.set(target, { since: performance.now(), progress: '', waitsFor });
    else this.#steps.delete(target);
  }

  onProgress({ target, message }: LoopEvent & { type: 'progress' }): void {
    const step = this.#steps.get(target);
    if (step) step.progress = message;
  }

  /** One line for each target that has been running for a while, or that waits and was not printed lately. */
  lines(): string[] {
    const now = performance.now();
    return [...this.#steps].flatMap(([target, step]) => {
      const ms = now - step.since;
      if (ms < progressEveryMs) return [];
      const seconds = Math.round(ms / 1000);
      if (step.waitsFor !== undefined) return this.#waiting(target, step, now, seconds);
      return [`… ${target}: ${seconds} s${step.progress && ` · ${step.progress}`}`];
    });
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
