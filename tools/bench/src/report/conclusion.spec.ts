import { expect, it } from 'vitest';
import { conclusion } from './conclusion.js';
import type { Failure } from './sample.js';
import type { Headline } from './summary.js';

const missed: Headline = { name: 'Beyond', unit: 'ms', value: 700, goal: 600, met: false };
const failure: Failure = { kind: 'type', edit: 1, what: 'loop', message: 'too slow' };

it.each([
  ['nothing, where limits are not checked', { headlines: [missed], failures: [failure] }, false, []],
  ['nothing, where they are held', { headlines: [{ ...missed, value: 500, met: true }] }, true, []],
  ['a missed limit, where they are', { headlines: [missed] }, true, ['Beyond: 700 ms, the limit is 600 ms']],
  ['a failed measurement, where they are', { failures: [failure] }, true, ['type, edit 1, loop: too slow']],
  ['its own early end, always', { ended: 'no cluster' }, false, ['no cluster']],
])('a run fails for %s', (_, found, check, complaints) =>
  expect(conclusion({ kinds: [], headlines: [], failures: [], ...found }, { check }).complaints).toEqual(complaints),
);
