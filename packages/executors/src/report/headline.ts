import { lastWordsOf } from '../logs/last-words.js';
import { renderLine } from '../logs/render-line.js';

/** Lines that stand above an error and do not say what it is: go's package names, Nx's headers. */
const isHeader = (line: string) => /^# \S+( \[.*\])?$|^package \S+$|^imports \S+$|^> nx run |^NX\b/.test(line);
const isNextStep = (line: string) => line.startsWith('→');
const isError = (line: string) => /:\d+:(\d+:)? |\b(error|panic|fatal|failed|cannot|invalid)\b/i.test(line);

/** The one line of a failure's text that says what is wrong. Pure. */
export function headline(message: string): string {
  const all = message
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const lines = all.filter((line) => !isHeader(line) && !isNextStep(line));
  const [first, ...rest] = lines.length ? lines : all;
  if (first === undefined) return message;
  if (!rest.length) return renderLine(first);
  if (isEndOfProcess(first)) return `${first}: ${lastWordsOf(rest).decisive}`;
  // A title, such as `3 mistakes in the settings:`.
  if (first.endsWith(':')) return `${first} ${headline(rest.join('\n'))}`;
  // A sentence of our own, or `file: problem`; else it is the output of a program.
  const isSaid = first.includes(': ') || first.endsWith('.');
  return renderLine(isSaid ? first : (rest.find(isError) ?? first));
}

/** Whether a line reports the end of a process, so that the process's last lines follow. */
export function isEndOfProcess(line: string): boolean {
  return /the (new )?process (exited with|was killed by) /.test(line);
}
