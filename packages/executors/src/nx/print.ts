import { relative } from 'node:path';

/** One line for the reader of the terminal; Nx keeps it with the target's output and shows it again from its cache. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A path as a terminal in the workspace root can open it. */
export function shortPath(workspaceRoot: string, path: string): string {
  const short = relative(workspaceRoot, path);
  return short.startsWith('..') ? path : short || '.';
}

/** How often a long step says how far it is, in ms: the first time after so long, too. */
const everyMs = 3000;

/** Hands on a report now and then: what takes no time says nothing. */
export function fromTimeToTime<T>(report: (value: T) => void): (value: T) => void {
  let last = performance.now();
  return (value) => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    report(value);
  };
}
