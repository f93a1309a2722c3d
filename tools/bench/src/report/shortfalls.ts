import type { Failure } from './sample.js';
import type { Headline } from './summary.js';
import { shown } from './units.js';

/** Returns one line for each limit that was missed or not measured, and for each failed measurement. Pure. */
export function shortfalls(headlines: readonly Headline[], failures: readonly Failure[]): string[] {
  const limits = headlines.flatMap(({ name, value, unit, goal, met }) => {
    if (goal === undefined || met) return [];
    const measured = value === undefined ? 'not measured' : shown(value, unit);
    return [`${name}: ${measured}, the limit is ${shown(goal, unit)}`];
  });
  return [...limits, ...failures.map(failureLine)];
}

/** Formats a failure: `statement, edit 3, live update: the connection was cut`. Pure. */
export function failureLine({ kind, edit, what, message }: Failure): string {
  return `${kind}, edit ${edit}, ${what}: ${message.split('\n')[0]}`;
}
