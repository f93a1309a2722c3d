import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bell, waitUntil } from './wait-until.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('waitUntil', () => {
  it('ends when the signal fires, and at once where the signal has fired already', async () => {
    const stop = new AbortController();
    const waiting = waitUntil(stop.signal, { ms: 1000 });
    stop.abort(new Error('stopped'));
    expect(await waiting).toBe('aborted');
    expect(await waitUntil(stop.signal)).toBe('aborted');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the time is over, and leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    const waiting = waitUntil(signal, { ms: 1000, bell: new Bell() });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await waiting).toBe('elapsed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends when the bell rings, for all who wait, and leaves no timer', async () => {
    const { signal } = new AbortController();
    const bell = new Bell();
    const waits = [waitUntil(signal, { ms: 1000, bell }), waitUntil(signal, { bell })];
    bell.ring();
    expect(await Promise.all(waits)).toEqual(['rung', 'rung']);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('does not end for a ring before it began', async () => {
    const bell = new Bell();
    bell.ring();
    const waiting = waitUntil(new AbortController().signal, { ms: 1000, bell });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await waiting).toBe('elapsed');
  });
});
