import { readLine, renderLine } from './render-line.js';

/** Most lines of a process's end that are printed. */
const mostLines = 10;

/** What a process wrote before it died, for a person. */
export interface LastWords {
  /** The line that says why it died; undefined if it wrote nothing. */
  decisive?: string;
  /** Its last lines, without the stack traces of structured lines; after a panic, the first ones. */
  lines: string[];
}

/**
 * Finds in the last lines of a process why it died: its panic, else its last structured error, else its last line.
 * Pure.
 *
 * @param lastLines as the process wrote them, oldest first
 */
export function lastWordsOf(lastLines: readonly string[]): LastWords {
  const panic = lastLines.findIndex((line) => /^(panic|fatal error|runtime): /.test(line));
  const rendered = (line: string) => renderLine(line).split('\n')[0]!;
  if (panic >= 0) {
    const lines = lastLines.slice(panic).map(rendered);
    return { decisive: lines[0], lines: lines.slice(0, mostLines) };
  }
  const isError = (line: string) => /^(ERROR|E|FATAL|F|D?PANIC|CRITICAL)$/.test(readLine(line)?.level ?? '');
  const decisive = lastLines.findLast(isError) ?? lastLines.findLast(isProse) ?? lastLines.at(-1);
  return {
    ...(decisive !== undefined && { decisive: rendered(decisive) }),
    lines: lastLines.slice(-mostLines).map(rendered),
  };
}

/** The same text for each end of a process with the same reason: times and addresses differ. Pure. */
export function reasonOf(end: string, lastLines: readonly string[]): string {
  return `${end}: ${lastWordsOf(lastLines).decisive?.replace(/\d+/g, '0')}`;
}

/** Neither empty nor a line of a Go stack trace. */
function isProse(line: string): boolean {
  return !/^\s*$|^\s+\S*\.(go|s):\d+|^goroutine \d+ |^created by |^[\w./*()-]+\(.*\)$|^exit status \d+$/.test(line);
}
