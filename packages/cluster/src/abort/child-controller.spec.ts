import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { childController } from './child-controller.js';

it('fires with its parent, for the same reason', () => {
  const parent = new AbortController();
  const { signal } = childController(parent.signal);
  parent.abort('over');
  expect(signal.aborted && signal.reason).toBe('over');
  expect(childController(parent.signal).signal.aborted).toBe(true);
});

it('fires alone without its parent, which then holds nothing of it', () => {
  const parent = new AbortController();
  const child = childController(parent.signal);
  child.abort();
  expect(child.signal.aborted).toBe(true);
  expect(parent.signal.aborted).toBe(false);
  childController(parent.signal).release();
  expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
});

it('may have no parent', () => {
  const child = childController();
  expect(child.signal.aborted).toBe(false);
  child.abort('over');
  expect(child.signal.reason).toBe('over');
});
