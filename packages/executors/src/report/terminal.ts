import type { Emit, LoopEvent } from '../events/events.js';
import { renderLine } from '../logs/render-line.js';
import { EditNumbers } from './edit-numbers.js';
import { eventLines } from './event-lines.js';
import { Exits } from './exits.js';
import { Failures, readable } from './failures.js';
import { ledgerLine } from './ledger.js';
import { prefixed } from './prefixed.js';
import { progressEveryMs, RunningSteps } from './running-steps.js';

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
  const numbers = new EditNumbers();
  const steps = new RunningSteps((target) => failures.headline(target));
  const timer = setInterval(() => print(steps.lines()), progressEveryMs);
  timer.unref();
  const lines = (event: LoopEvent): string[] => {
    exits.onEvent(event);
    steps.onHealth(event);
    switch (event.type) {
      case 'edit':
        numbers.onEdit(event);
        return eventLines(event);
      case 'target':
        steps.onTarget(event);
        return failures.onTarget(event);
      case 'progress':
        steps.onProgress(event);
        return [];
      case 'ledger': {
        const { edit, files, entry, retry } = event;
        const instead = numbers.onLedger(event);
        if (entry.outcome === 'superseded') return [];
        const reason = failures.onLedger(entry);
        // Trying again without an edit is no news where it ends the same.
        if (retry && reason.length) return [];
        return [...reason, ledgerLine(edit, files, entry, instead), ...failures.below(entry.target)];
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
