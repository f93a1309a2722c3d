import { relative } from 'node:path';

/** Prints a line to the terminal. Nx stores it with the target's output and prints it again on a cache hit. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}

/**
 * Resolves when the terminal or pipe has taken everything that was printed. Nx ends the process right after an executor
 * returns, and what a slow reader has not taken by then is lost.
 */
export async function flushOutput(): Promise<void> {
  const pending = [process.stdout, process.stderr].filter(({ writableLength }) => writableLength > 0);
  await Promise.all(pending.map((stream) => new Promise((resolve) => stream.write('', resolve))));
}

/** The path relative to the workspace root, so that a terminal there can open it. */
export function shortPath(workspaceRoot: string, path: string): string {
  const short = relative(workspaceRoot, path);
  return short.startsWith('..') ? path : short || '.';
}

/** Interval (ms) between progress reports of a long step; also the delay before the first one. */
const everyMs = 3000;

/** Passes on at most one report per interval. A short step reports nothing. */
export function fromTimeToTime<T>(report: (value: T) => void): (value: T) => void {
  let last = performance.now();
  return (value) => {
    if (performance.now() - last < everyMs) return;
    last = performance.now();
    report(value);
  };
}
