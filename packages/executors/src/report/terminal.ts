import type { Emit, LoopEvent } from '../events/events.js';
import { renderLine } from '../logs/render-line.js';
import { eventLines } from './event-lines.js';
import { Exits } from './exits.js';
import { Failures, readable } from './failures.js';
import { ledgerLine } from './ledger.js';
import { prefixed } from './prefixed.js';

/** How often a long step reports its progress, in ms. */
const progressEveryMs = 5000;

export interface TerminalOptions {
  /** Print log lines as they are. Default: false. */
  rawLogs?: boolean;
  /** The events hold the log of every pod. Default: pods with a log are known by its first line. */
  logs?: boolean;
}

/**
 * Prints events as lines for a person. A failure is printed when it occurs, and named again below each later edit until
 * it is fixed.
 *
 * @returns the reader, and `end`, which stops its timer
 */
export function terminalReporter(
  write: (text: string) => void,
  { rawLogs = false, logs = false }: TerminalOptions = {},
): { emit: Emit; end: () => void } {
  const print = (lines: readonly string[]) => lines.forEach((line) => write(`${line}\n`));
  const exits = new Exits(logs);
  const failures = new Failures((message) => exits.withoutLastWords(message));
  const steps = new RunningSteps();
  const timer = setInterval(() => print(steps.lines()), progressEveryMs);
  timer.unref();
  const lines = (event: LoopEvent): string[] => {
    exits.onEvent(event);
    switch (event.type) {
      case 'target':
        steps.onTarget(event);
        return failures.onTarget(event);
      case 'progress':
        steps.onProgress(event);
        return [];
      case 'ledger': {
        const { edit, files, entry } = event;
        if (entry.outcome === 'superseded') return [];
        const reason = failures.onLedger(entry);
        return [...reason, ledgerLine(edit, files, entry), ...failures.below(entry.target)];
      }
      case 'log':
        return [prefixed(event.pod, rawLogs ? event.line : renderLine(event.line))];
      case 'unhealthy':
        return eventLines({ ...event, message: readable(exits.withoutLastWords(event.message)) });
      default:
        if (event.type === 'process' && event.state === 'exited') return exits.lines(event);
        return eventLines(event);
    }
  };
  return { emit: (event) => print(lines(event)), end: () => clearInterval(timer) };
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
