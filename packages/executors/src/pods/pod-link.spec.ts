import { describe, expect, it } from 'vitest';
import type { RunningBinary } from '../agent/messages.js';
import { runsAsItShould } from './pod-link.js';

describe('runsAsItShould', () => {
  it.each([
    ['is what was delivered', { source: 'live' }, true],
    ['is what was delivered, under the debugger', { source: 'live', debugs: true }, true],
    ["is the image's own", { source: 'image' }, true],
    ["is the image's own, which the debugger does not have", { source: 'image', debugs: true }, false],
  ] as const)('what runs in a pod where it %s need not be delivered: %j → %s', (_, { source, ...hello }, expected) => {
    expect(runsAsItShould({ ...hello, running: { source } as RunningBinary })).toBe(expected);
  });
});
