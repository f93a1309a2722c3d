import type { Emit, LoopEvent } from '../events/events.js';
import { renderLine } from '../logs/render-line.js';
import { eventLines, indented, lastWords } from './event-lines.js';
import { ledgerLine } from './ledger.js';
import { prefixed } from './prefixed.js';

/** How often a long step reports its progress, in ms. */
const progressEveryMs = 5000;

export interface TerminalOptions {
  /** Print log lines as they are. Default: false. */
  rawLogs?: boolean;
}

/**
 * Prints events as lines for a person. A failure is printed when it occurs, and named again below each later edit until
 * it is fixed.
 *
 * @returns the reader, and `end`, which stops its timer
 */
export function terminalReporter(
  write: (text: string) => void,
  { rawLogs = false }: TerminalOptions = {},
): { emit: Emit; end: () => void } {
  const print = (lines: readonly string[]) => lines.forEach((line) => write(`${line}\n`));
  const failures = new Failures();
  const steps = new RunningSteps();
  const timer = setInterval(() => print(steps.lines()), progressEveryMs);
  timer.unref();
  const lines = (event: LoopEvent): string[] => {
    switch (event.type) {
      case 'target':
        steps.onTarget(event);
        return failures.onTarget(event);
      case 'progress':
        steps.onProgress(event);
        return [];
      case 'ledger': {
        const { edit, files, entry } = event;
        const conclusion = entry.outcome === 'superseded' ? [] : [ledgerLine(edit, files, entry)];
        return [...conclusion, ...failures.below(entry.target)];
      }
      case 'log':
        return [prefixed(event.pod, rawLogs ? event.line : renderLine(event.line))];
      default:
        if (event.type === 'process' && event.state === 'exited') failures.onExit(event);
        return eventLines(event);
    }
  };
  return { emit: (event) => print(lines(event)), end: () => clearInterval(timer) };
}

/** What is wrong with each target now. */
class Failures {
  readonly #messages = new Map<string, string>();
  /**
   * The last lines of the process that died last. They are printed with its exit, so not again with the failure of its
   * target.
   */
  #lastWords = '';

  onExit(event: LoopEvent & { type: 'process' }): void {
    this.#lastWords = lastWords(event);
  }

  /** @returns the lines to print: of a new failure, or of a failure that is fixed */
  onTarget({ target, state, message }: LoopEvent & { type: 'target' }): string[] {
    if (state === 'ok') return this.#messages.delete(target) ? [`✔ ${target}: fixed`] : [];
    if (state !== 'error' || message === undefined) return [];
    const isKnown = this.#messages.get(target) === message;
    this.#messages.set(target, message);
    return isKnown ? [] : [indented(`✖ ${target}`, this.#withoutLastWords(message))];
  }

  /** One line for each target that is broken, but for the one whose edit has just ended. */
  below(target: string): string[] {
    const others = [...this.#messages].filter(([broken]) => broken !== target);
    return others.map(([broken, message]) => `  still broken: ${broken}: ${message.split('\n')[0]}`);
  }

  #withoutLastWords(message: string): string {
    const isRepeated = this.#lastWords && message.endsWith(this.#lastWords);
    return isRepeated ? message.slice(0, -this.#lastWords.length) : message;
  }
}

/** The targets that run now. */
class RunningSteps {
  readonly #steps = new Map<string, { since: number; progress: string }>();

  onTarget({ target, state }: LoopEvent & { type: 'target' }): void {
    if (state === 'in_progress') this.#steps.set(target, { since: performance.now(), progress: '' });
    else this.#steps.delete(target);
  }

  onProgress({ target, message }: LoopEvent & { type: 'progress' }): void {
    const step = this.#steps.get(target);
    if (step) step.progress = message;
  }

  /** One line for each target that has been running for a while. */
  lines(): string[] {
    return [...this.#steps].flatMap(([target, { since, progress }]) => {
      const seconds = Math.round((performance.now() - since) / 1000);
      return seconds < progressEveryMs / 1000 ? [] : [`… ${target}: ${seconds} s${progress && ` · ${progress}`}`];
    });
  }
}
