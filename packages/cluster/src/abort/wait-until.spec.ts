import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bell, waitUntil } from './wait-until.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('waitUntil', () => {
  it('a wait ends when the signal fires, and at once if it has fired already', async () => {
    const stop = new AbortController();
    const waiting = waitUntil(stop.signal, { ms: 1000 });
    stop.abort(new Error('stopped'));
    expect(await waiting).toBe('aborted');
    expect(await waitUntil(stop.signal)).toBe('aborted');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a wait ends when its time is over, and leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    const waiting = waitUntil(signal, { ms: 1000, bell: new Bell() });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await waiting).toBe('elapsed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('a ring ends all current waits, which leave no timer', async () => {
    const { signal } = new AbortController();
    const bell = new Bell();
    const waits = [waitUntil(signal, { ms: 1000, bell }), waitUntil(signal, { bell })];
    bell.ring();
    expect(await Promise.all(waits)).toEqual(['rung', 'rung']);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('a wait does not end for an earlier ring', async () => {
    const bell = new Bell();
    bell.ring();
    const waiting = waitUntil(new AbortController().signal, { ms: 1000, bell });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await waiting).toBe('elapsed');
  });
});
