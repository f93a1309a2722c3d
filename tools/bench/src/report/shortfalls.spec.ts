import { describe, expect, it } from 'vitest';
import { shortfalls } from './shortfalls.js';
import type { Headline } from './summary.js';

const held: Headline[] = [
  { name: 'Beyond', unit: 'ms', value: 600, goal: 600, met: true },
  { name: 'Multiple', unit: 'times', value: 3 },
];

describe('shortfalls', () => {
  it('there are no shortfalls if every limit is met, and numbers without a limit do not count', () =>
    expect(shortfalls(held, [])).toEqual([]));

  it('shortfalls name each limit that was missed or not measured, and each failed measurement', () =>
    expect(
      shortfalls(
        [
          ...held,
          { name: 'Sent', unit: 'share', value: 0.2, goal: 0.15, met: false },
          { name: 'Memory', unit: 'bytes', goal: 20e6 },
        ],
        [{ kind: 'string', edit: 3, what: 'live update', message: 'cut off\nThe loop said last:' }],
      ),
    ).toEqual([
      'Sent: 20.00 %, the limit is 15.00 %',
      'Memory: not measured, the limit is 20.0 MB',
      'string, edit 3, live update: cut off',
    ]));
});
