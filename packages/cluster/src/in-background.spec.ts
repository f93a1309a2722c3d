import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { failureIsABug, failureIsHarmless, failureIsReported, inBackground } from './in-background.js';

describe('inBackground', () => {
  it('passes a rejection to the handler', async () => {
    const failure = new Error('broken');
    const seen = new Promise<unknown>((resolve) => inBackground(Promise.reject(failure), resolve));
    expect(await seen).toBe(failure);
  });

  it('swallows a failure that is reported elsewhere, and one that is harmless', () => {
    inBackground(Promise.reject(new Error('reported')), failureIsReported);
    inBackground(Promise.reject(new Error('harmless')), failureIsHarmless);
  });

  it('makes a failure that is a bug an unhandled rejection', async () => {
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
