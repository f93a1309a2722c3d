import { describe, expect, it } from 'vitest';
import { order, schedule } from './bench.js';

describe('schedule', () => {
  it('has kinds in turn, after a warm-up that changes the binary', () =>
    expect(schedule(['comment', 'string', 'manifest'], 2)).toEqual([
      'string',
      ...['comment', 'string', 'manifest'],
      ...['comment', 'string', 'manifest'],
    ]));
  it('warms up with what there is', () => expect(schedule(['comment'], 1)).toEqual(['comment', 'comment']));
});

describe('order', () => {
  it('has each first in its turn', () => {
    const first = [0, 1, 2, 3].map((turn) => order('string', turn, true)[0]);
    expect(first).toEqual(['loop', 'bare build', 'live update', 'loop']);
    expect(order('string', 1, true)).toEqual(['bare build', 'live update', 'loop']);
  });
  it('leaves live updates out', () => expect(order('string', 1, false)).toEqual(['bare build', 'loop']));
  it('has only the loop for a manifest', () => expect(order('manifest', 2, true)).toEqual(['loop']));
});
