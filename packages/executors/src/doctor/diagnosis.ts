/** `warn`: it works, and may fail or surprise later. `fail`: something that the project needs does not work. */
export type Verdict = 'ok' | 'warn' | 'fail';

/** One line of the picture. */
export interface Diagnosis {
  /** What was looked at: `go`, `context`, `rights in ocm-system`. */
  check: string;
  verdict: Verdict;
  message: string;
  /** The next step, where there is one to take: one imperative sentence. */
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

/** The whole picture, for a person. Pure. */
export function diagnosisLines(diagnoses: readonly Diagnosis[]): string[] {
  const width = Math.max(...diagnoses.map(({ check }) => check.length));
  return diagnoses.flatMap(({ check, verdict, message, next }) => [
    `${verdict.padEnd(4)}  ${check.padEnd(width)}  ${message}`,
    ...(next ? [`      ${' '.repeat(width)}  → ${next}`] : []),
  ]);
}
