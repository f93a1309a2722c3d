import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { breakSilence } from './silence.mjs';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('breakSilence', () => {
  it('breakSilence prints the running work more often than every 10 s, and nothing once the work has ended', () => {
    const said: string[] = [];
    const silence = breakSilence('linking', (line) => said.push(line));
    vi.advanceTimersByTime(20_000);
    expect(said).toEqual(['… still linking: 9 s', '… still linking: 18 s']);
    silence.end();
    vi.advanceTimersByTime(60_000);
    expect(said).toHaveLength(2);
  });

  it('breakSilence prints nothing while the work itself prints', () => {
    const said: string[] = [];
    const silence = breakSilence('linking', (line) => said.push(line));
    for (let second = 0; second < 60; second++) {
      vi.advanceTimersByTime(1000);
      silence.heard();
    }
    expect(said).toEqual([]);
    silence.end();
  });
});
