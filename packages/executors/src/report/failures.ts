import type { Entry, LoopEvent } from '../events/events.js';
import { lastWordsOf } from '../logs/last-words.js';
import { renderQuoted } from '../logs/render-line.js';
import { indented } from './event-lines.js';
import { headline, isEndOfProcess } from './headline.js';

/** What the loop reads besides its targets. It has no ledger, so each of its failures is an answer to an edit. */
const inputs: ReadonlySet<string> = new Set(['watch', 'dev-settings', 'port-forwards']);

/** What is wrong with each target now. */
export class Failures {
  readonly #messages = new Map<string, string>();
  /** Targets that have failed again for the reason that is printed already. */
  readonly #again = new Set<string>();

  /** @param shorten removes from a message what is printed already */
  constructor(private readonly shorten: (message: string) => string) {}

  /** @returns the lines to print: of a new failure, or of a failure that is fixed */
  onTarget({ target, state, message }: LoopEvent & { type: 'target' }): string[] {
    if (state === 'ok') return this.#messages.delete(target) ? [`✔ ${target}: fixed`] : [];
    if (state !== 'error' || message === undefined) return [];
    const isKnown = this.#messages.get(target) === message;
    this.#messages.set(target, message);
    if (!isKnown || inputs.has(target)) return this.#lines(target);
    // The end of the run shows whether it answers an edit.
    this.#again.add(target);
    return [];
  }

  /** @returns the lines to print above the conclusion of a run: its reason, where that is not printed yet */
  onLedger({ target }: Entry): string[] {
    return this.#again.delete(target) ? this.#lines(target) : [];
  }

  /** What is wrong with a target, in one line. */
  headline(target: string): string | undefined {
    const message = this.#messages.get(target);
    return message === undefined ? undefined : headline(message);
  }

  /** One line for each target that is broken, but for the one whose edit has just ended. */
  below(target: string): string[] {
    const others = [...this.#messages.keys()].filter((broken) => broken !== target);
    return others.map((broken) => `  still broken: ${broken}: ${this.headline(broken)}`);
  }

  #lines(target: string): string[] {
    return [indented(`✖ ${target}`, readable(this.shorten(this.#messages.get(target)!)))];
  }
}

/** A message for a person: quoted log lines are rendered, and only the last ones of a process are kept. Pure. */
export function readable(message: string): string {
  const [first = '', ...rest] = message.split('\n');
  if (!isEndOfProcess(first)) return renderQuoted(message);
  return [first, ...lastWordsOf(rest.map((line) => line.trimStart())).lines].join('\n');
}
