import { describe, expect, it } from 'vitest';
import type { RunningBinary } from '../agent/messages.js';
import { runsAsItShould } from './pod-link.js';

describe('runsAsItShould', () => {
  it.each([
    ['runs the delivered binary', { source: 'live' }, true],
    ['runs the delivered binary under the debugger', { source: 'live', debugs: true }, true],
    ["runs the image's own binary", { source: 'image' }, true],
    ["runs the image's own binary although it needs the debugger", { source: 'image', debugs: true }, false],
  ] as const)('a pod that %s (%j) runs as it should: %s', (_, { source, ...hello }, expected) => {
    expect(runsAsItShould({ ...hello, running: { source } as RunningBinary })).toBe(expected);
  });
});
