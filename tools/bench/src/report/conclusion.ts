import type { Report } from './report.js';
import { shortfalls } from './shortfalls.js';
import { tables } from './table.js';

/**
 * Returns the tables and the reasons why a run fails. It fails if it ended early and, with `check`, if a limit is
 * missed or not measured or a measurement failed. Pure.
 */
export function conclusion(
  { kinds, headlines, failures, ended }: Pick<Report, 'kinds' | 'headlines' | 'failures' | 'ended'>,
  { check }: { check: boolean },
): { text: string; complaints: string[] } {
  return {
    text: tables(kinds, headlines, failures),
    complaints: [...(ended === undefined ? [] : [ended]), ...(check ? shortfalls(headlines, failures) : [])],
  };
}
