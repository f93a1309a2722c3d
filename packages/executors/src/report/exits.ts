import type { LoopEvent } from '../events/events.js';
import { lastWordsOf, reasonOf } from '../logs/last-words.js';

type Exit = LoopEvent & { type: 'process' };

/**
 * Prints how processes die. The last lines of a process are printed only where its log is not printed anyway, and one
 * line stands for each further crash for the same reason.
 */
export class Exits {
  /** Why the process of a pod died last. */
  readonly #reasons = new Map<string, string>();
  /** Pods whose log is printed. */
  readonly #logged = new Set<string>();
  /** Text of the last lines that were reported last. Messages of other events may repeat them. */
  #lastWords = '';

  /** @param logs whether the log of every pod is printed */
  constructor(private readonly logs: boolean) {}

  onEvent(event: LoopEvent): void {
    if (event.type === 'log') this.#logged.add(event.pod);
    const isGone = event.type === 'pod' && event.state === 'gone';
    const isReady = event.type === 'process' && event.state === 'ready';
    if (isGone || isReady) this.#reasons.delete(event.pod);
  }

  lines({ pod, message = 'ended', lastLines = [] }: Exit): string[] {
    this.#lastWords = lastLines.map((line) => `\n  ${line}`).join('');
    const { decisive, lines } = lastWordsOf(lastLines);
    const title = `✖ Pod/${pod}: the process ${message}`;
    const reason = reasonOf(message, lastLines);
    const isKnown = this.#reasons.get(pod) === reason;
    this.#reasons.set(pod, reason);
    if (isKnown) return [`${title} again${decisive === undefined ? '' : `: ${decisive}`}`];
    if (this.logs || this.#logged.has(pod)) return [title, ...(decisive === undefined ? [] : [`  ${decisive}`])];
    const isBuried = lines.length > 2 && decisive !== lines[0];
    return [isBuried ? `${title}: ${decisive}` : title, ...lines.map((line) => `  ${line}`)];
  }

  /** A message without the last lines that the exit of the process has printed. */
  withoutLastWords(message: string): string {
    const isRepeated = this.#lastWords && message.endsWith(this.#lastWords);
    return isRepeated ? message.slice(0, -this.#lastWords.length) : message;
  }
}
