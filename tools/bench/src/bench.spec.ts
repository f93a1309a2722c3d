import { describe, expect, it } from 'vitest';
import { measure, order, schedule } from './bench.js';
import type { Edit } from './edits/edit.js';
import type { Failure, Sample } from './report/sample.js';

describe('schedule', () => {
  it('schedule repeats all kinds in turn, after a warm-up that changes the binary', () =>
    expect(schedule(['comment', 'string', 'manifest'], 2)).toEqual([
      'string',
      ...['comment', 'string', 'manifest'],
      ...['comment', 'string', 'manifest'],
    ]));
  it('schedule warms up with the only kind if that does not change the binary', () =>
    expect(schedule(['comment'], 1)).toEqual(['comment', 'comment']));
});

describe('order', () => {
  it('order starts with another measurement each turn', () => {
    const first = [0, 1, 2, 3].map((turn) => order('string', turn, true)[0]);
    expect(first).toEqual(['loop', 'bare build', 'live update', 'loop']);
    expect(order('string', 1, true)).toEqual(['bare build', 'live update', 'loop']);
  });
  it('order omits live updates on request', () => expect(order('string', 1, false)).toEqual(['bare build', 'loop']));
  it('order holds only the loop for a manifest', () => expect(order('manifest', 2, true)).toEqual(['loop']));
});

describe('measure (with scripted measurements)', () => {
  const edits: Edit[] = [1, 2, 3, 4, 5].map((number) => ({
    kind: 'manifest',
    number,
    path: 'a.yaml',
    change: () => '',
  }));
  const loop = { outcome: 'delivered' as const, timings: { total: 1 }, bytes: 0, toProcessMs: 1 };
  const run = async (failing: number[]) => {
    const found = { samples: [] as Sample[], failures: [] as Failure[] };
    const measureLoop = ({ number }: Edit) =>
      failing.includes(number) ? Promise.reject(new Error(`no ${number}`)) : Promise.resolve({ loop });
    const tracks = {
      measure: { loop: measureLoop, 'bare build': measureLoop, 'live update': measureLoop },
      settle: () => Promise.resolve(),
    };
    const control = { signal: new AbortController().signal, progress: () => {} };
    const ended = await measure(edits, tracks, { liveUpdate: false, settleMs: 0 }, control, found).catch(
      (error: Error) => error.message,
    );
    return { ended, measured: found.samples.map(({ edit }) => edit), failed: found.failures.map(({ edit }) => edit) };
  };

  it('measure continues after a failure and records it', async () =>
    expect(await run([2])).toEqual({ ended: undefined, measured: [1, 3, 4, 5], failed: [2] }));
  it('measure ends after too many failures and keeps the samples', async () =>
    expect(await run([2, 3, 4, 5])).toEqual({ ended: 'no 5', measured: [1], failed: [2, 3, 4, 5] }));
});
