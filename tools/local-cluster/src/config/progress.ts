/** Prints one line of progress. */
export type Progress = (line: string) => void;

export const toStandardError: Progress = (line) => void process.stderr.write(`${line}\n`);

/** Formats a duration (ms): `0.4 s`, `12.3 s`, `2 min 5 s`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
