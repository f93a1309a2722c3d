import type { Entry } from '../events/events.js';
import { duration, size } from '../format/units.js';
import { numbersText } from './edit-numbers.js';

const signs: Record<Entry['outcome'], string> = {
  delivered: '✔',
  unchanged: '=',
  failed: '✖',
  crashed: '✖',
  superseded: '»',
};

/**
 * The one line that says what an edit came to, step by step. Pure.
 *
 * @param instead numbers of earlier edits that the line stands for, too
 */
export function ledgerLine(
  edit: number,
  files: string[],
  { target, outcome, timings, bytes: sent, pods }: Entry,
  instead: readonly number[] = [],
): string {
  const { watch, wait, build, compare, sync, restart, ready, total } = timings;
  const steps: [string, number | undefined, string?][] = [
    ['watch', watch],
    // Less than 1 ms would be printed as 0.
    ['wait', wait !== undefined && wait >= 1 ? wait : undefined],
    ['build', build],
    ['compare', compare],
    ['sync', sync, sent === undefined ? '' : `${size(sent)} in `],
    ['restart', restart],
    ['ready', ready],
  ];
  const taken = steps.flatMap(([name, ms, what = '']) => (ms === undefined ? [] : [`${name} ${what}${duration(ms)}`]));
  const what = edit > 0 ? `#${edit} ${named(files)}` : edit === 0 ? 'start' : 'triggered';
  const others = instead.length ? ` (in place of ${numbersText(instead)})` : '';
  return `${signs[outcome]} ${what}${others} → ${target}: ${conclusion(outcome, pods)} · ${[...taken, `total ${duration(total)}`].join(' · ')}`;
}

function conclusion(outcome: Entry['outcome'], pods: number | undefined): string {
  switch (outcome) {
    case 'delivered':
      return pods === undefined ? 'delivered' : `running in ${pods} ${pods === 1 ? 'pod' : 'pods'}`;
    case 'unchanged':
      return 'same content, nothing sent, nothing restarted';
    case 'superseded':
      return 'superseded by a newer edit';
    default:
      return outcome;
  }
}

function named(files: string[]): string {
  const [first, ...others] = files;
  return others.length ? `${first} and ${others.length} more` : `${first}`;
}
