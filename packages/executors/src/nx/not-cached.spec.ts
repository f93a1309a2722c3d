import { describe, expect, it } from 'vitest';
import { notCachedReason } from './not-cached.js';

describe('notCachedReason', () => {
  it.each([
    ['a cached target', { cache: true }, undefined],
    [
      'a target that reads hidden files',
      { cache: false, metadata: { notCached: 'it reads .env.' } },
      'render is not cached: it reads .env.',
    ],
    [
      'a target that the user has cached all the same',
      { cache: true, metadata: { notCached: 'it reads .env.' } },
      undefined,
    ],
    ['a missing target', undefined, undefined],
  ])('the reason for %s is right', (_, target, reason) => expect(notCachedReason('render', target)).toBe(reason));
});
