import { describe, expect, it } from 'vitest';
import { conclusion } from './conclusion.js';
import type { Failure } from './sample.js';
import type { Headline } from './summary.js';

const missed: Headline = { name: 'Beyond', unit: 'ms', value: 700, goal: 600, met: false };
const failure: Failure = { kind: 'type', edit: 1, what: 'loop', message: 'too slow' };

describe('conclusion', () => {
  it.each([
    ['no reason, without a check of the limits', { headlines: [missed], failures: [failure] }, false, []],
    ['no reason, if all limits are met', { headlines: [{ ...missed, value: 500, met: true }] }, true, []],
    ['a missed limit', { headlines: [missed] }, true, ['Beyond: 700 ms, the limit is 600 ms']],
    ['a failed measurement', { failures: [failure] }, true, ['type, edit 1, loop: too slow']],
    ['its early end, even without a check', { ended: 'no cluster' }, false, ['no cluster']],
  ])('a run fails for %s', (_, found, check, complaints) =>
    expect(conclusion({ kinds: [], headlines: [], failures: [], ...found }, { check }).complaints).toEqual(complaints),
  );
});
