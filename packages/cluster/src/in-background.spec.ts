import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { failureIsABug, failureIsHarmless, failureIsReported, inBackground } from './in-background.js';

describe('inBackground', () => {
  it('a rejection is passed to the handler', async () => {
    const failure = new Error('broken');
    const seen = new Promise<unknown>((resolve) => inBackground(Promise.reject(failure), resolve));
    expect(await seen).toBe(failure);
  });

  it('a failure that is reported elsewhere, or harmless, is swallowed', () => {
    inBackground(Promise.reject(new Error('reported')), failureIsReported);
    inBackground(Promise.reject(new Error('harmless')), failureIsHarmless);
  });

  it('a failure that is a bug becomes an unhandled rejection', async () => {
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      const unhandled = once(process, 'unhandledRejection');
      inBackground(Promise.reject(new Error('a bug')), failureIsABug);
      expect(await unhandled).toEqual([new Error('a bug'), expect.any(Promise)]);
    } finally {
      for (const listener of others) process.on('unhandledRejection', listener);
    }
  });
});
