import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { childController } from './child-controller.js';

describe('childController', () => {
  it('a child signal fires with its parent, for the same reason', () => {
    const parent = new AbortController();
    const { signal } = childController(parent.signal);
    parent.abort('over');
    expect(signal.aborted && signal.reason).toBe('over');
    expect(childController(parent.signal).signal.aborted).toBe(true);
  });

  it('a child signal fires without its parent, and leaves no listener on it', () => {
    const parent = new AbortController();
    const child = childController(parent.signal);
    child.abort();
    expect(child.signal.aborted).toBe(true);
    expect(parent.signal.aborted).toBe(false);
    childController(parent.signal).release();
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  });

  it('a child controller works without a parent', () => {
    const child = childController();
    expect(child.signal.aborted).toBe(false);
    child.abort('over');
    expect(child.signal.reason).toBe('over');
  });
});
