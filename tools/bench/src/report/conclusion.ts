import type { Report } from './report.js';
import { shortfalls } from './shortfalls.js';
import { tables } from './table.js';

/**
 * What a run says at its end: the tables, and what makes it fail: that it ended early and, where the limits are to be checked, what does not
 * hold them. Pure.
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
