import { describe, expect, it } from 'vitest';
import type { LoopSample, Sample } from './sample.js';
import { median, middleHalf } from './statistics.js';
import { byKind, headlines, ledgerToProcess } from './summary.js';

const loop = (toProcessMs: number, bytes = 100): LoopSample => ({
  outcome: 'delivered',
  timings: { watch: 10, build: 1000, compare: 1, sync: 200, restart: 50, ready: 400, total: 1661 },
  bytes,
  toProcessMs,
});
const sample = (of: Partial<Sample>): Sample => ({
  kind: 'statement',
  edit: 1,
  file: 'a.go',
  warmUp: false,
  loop: loop(1500),
  bareBuildMs: 1000,
  order: [],
  ...of,
});
const unchanged = sample({ kind: 'comment', loop: { ...loop(900, 0), outcome: 'unchanged' }, bareBuildMs: 850 });
const measured = (samples: Sample[]) => ({ samples, binaryBytes: 10_000 });

describe('statistics', () => {
  it.each([
    [[], undefined],
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 10, 2], 3],
  ])('the median of %j is %s', (values, expected) => expect(median(values)).toBe(expected));

  it('half of the values lie between the quartiles', () => {
    const own = (value: number) => value;
    expect(middleHalf([5, 1, 2, 4, 3], own)).toEqual([2, 4]);
    expect(middleHalf([1, 2], own)).toEqual([1.25, 1.75]);
    expect(middleHalf([], own)).toBeUndefined();
  });

  it('ledgerToProcess excludes readiness, and counts missing steps as 0', () => {
    expect(ledgerToProcess(loop(0).timings)).toBe(1261);
    expect(ledgerToProcess({ watch: 10, build: 5, total: 15 })).toBe(15);
  });
});

describe('byKind', () => {
  it('byKind compares each edit with the build of the same edit, in the order of kinds, without the warm-up', () => {
    const summaries = byKind(
      measured([
        sample({ loop: loop(99_999), warmUp: true }),
        sample({ loop: loop(1500), bareBuildMs: 1000 }),
        sample({ loop: loop(3000), bareBuildMs: 2900 }),
        sample({ loop: loop(1600), bareBuildMs: 1300 }),
        unchanged,
      ]),
    );
    expect(summaries.map(({ kind, edits }) => [kind, edits])).toEqual([
      ['comment', 1],
      ['statement', 3],
    ]);
    expect(summaries[1]).toMatchObject({
      bareBuildMs: 1300,
      toProcessMs: 1600,
      beyondMs: 300,
      bytes: 100,
      share: 0.01,
    });
  });

  it('byKind returns a live update as a multiple, edit by edit', () => {
    const liveUpdate = { buildMs: 4000, syncMs: 2000, stopMs: 1, bytes: 10_000 };
    expect(byKind(measured([sample({ liveUpdate })]))[0]).toMatchObject({
      ratio: 4,
      liveUpdate: { totalMs: 6000, bytes: 10_000 },
    });
    expect(byKind(measured([sample({})]))[0]).toMatchObject({ ratio: undefined, liveUpdate: undefined });
  });

  it('byKind returns no build comparison for a manifest', () => {
    const [summary] = byKind(measured([sample({ kind: 'manifest', bareBuildMs: undefined })]));
    expect(summary!.beyondMs).toBeUndefined();
  });
});

describe('headlines', () => {
  const met = (samples: Sample[], more = {}) =>
    Object.fromEntries(headlines({ ...measured(samples), ...more }).map(({ name, met }) => [name, met]));

  it('the headlines are met at their goals and missed beyond', () => {
    expect(met([sample({ loop: loop(1600, 1500) }), unchanged])).toMatchObject({
      'From save to new process, beyond go build': true,
      'Sent, of the binary': true,
      'Sent for an edited comment': true,
    });
    expect(
      met([sample({ loop: loop(1601, 1501) }), { ...unchanged, loop: { ...unchanged.loop, bytes: 1 } }]),
    ).toMatchObject({
      'From save to new process, beyond go build': false,
      'Sent, of the binary': false,
      'Sent for an edited comment': false,
    });
  });
  it('the headlines exclude unchanged edits and edits of manifests', () => {
    const samples = [sample({}), unchanged, sample({ kind: 'manifest', bareBuildMs: undefined, loop: loop(50) })];
    expect(headlines(measured(samples))[0]).toMatchObject({ value: 500, met: true });
  });
  it('the headlines judge memory only if it was readable', () => {
    const loopMemory = { resident: 251e6, peak: 300e6 };
    expect(met([sample({})], { loopMemory })).toMatchObject({
      'Memory of the loop': false,
      'Memory of the agent': undefined,
    });
  });
});
