/** `warn`: works now, but may fail later. `fail`: something that the project needs does not work. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** Result of one check, one line of the report. */
export interface Diagnosis {
  /** Name of the check: `go`, `context`, `right to apply`. */
  check: string;
  verdict: Verdict;
  /** The finding, as a table cell without a full stop. */
  message: string;
  /** Next step, one imperative sentence. Undefined if there is none to take. */
  next?: string;
}

export const ok = (check: string, message: string): Diagnosis => ({ check, verdict: 'ok', message });

export const warn = (check: string, message: string, next: string): Diagnosis => ({
  check,
  verdict: 'warn',
  message,
  next,
});

export const fail = (check: string, message: string, next: string): Diagnosis => ({
  check,
  verdict: 'fail',
  message,
  next,
});

/** Returns the first line of a message without its full stop, as part of a longer line. Pure. */
export function clauseOf(message: string): string {
  return message.split('\n')[0]!.replace(/\.$/, '');
}

/** Returns the report as lines of text in columns, each next step below its check. Pure. */
export function diagnosisLines(diagnoses: readonly Diagnosis[]): string[] {
  const width = Math.max(...diagnoses.map(({ check }) => check.length));
  return diagnoses.flatMap(({ check, verdict, message, next }) => [
    `${verdict.padEnd(4)}  ${check.padEnd(width)}  ${message}`,
    ...(next ? [`      ${' '.repeat(width)}  → ${next}`] : []),
  ]);
}
