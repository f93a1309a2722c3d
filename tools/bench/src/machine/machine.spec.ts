import { describe, expect, it } from 'vitest';
import { busyBetween } from './busy.js';
import { larger, memoryOf, parseStatus } from './memory.js';
import { Undo } from './undo.js';
import { within } from './within.js';

describe('busyBetween', () => {
  it('busyBetween returns the share of time that was not idle', () => {
    expect(busyBetween({ idle: 100, all: 200 }, { idle: 150, all: 400 })).toBe(0.75);
    expect(busyBetween({ idle: 100, all: 200 }, { idle: 100, all: 200 })).toBe(0);
  });
});

describe('memory', () => {
  it('parseStatus reads resident and peak memory', () =>
    expect(parseStatus('Name:\tnode\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n')).toEqual({
      resident: 1024 * 1024,
      peak: 2048 * 1024,
    }));
  it('the memory of a kernel thread or a missing process is undefined', () => {
    expect(parseStatus('Name:\tkthreadd\n')).toBeUndefined();
    expect(memoryOf(2 ** 30)).toBeUndefined();
  });
  it('larger takes the larger of each number', () => {
    expect(larger({ resident: 1, peak: 5 }, { resident: 2, peak: 4 })).toEqual({ resident: 2, peak: 5 });
    expect(larger(undefined, { resident: 2, peak: 4 })).toEqual({ resident: 2, peak: 4 });
  });
});

describe('within', () => {
  const never = new Promise<never>(() => {});
  const { signal } = new AbortController();
  it('within returns the result', () => expect(within(Promise.resolve(1), 1000, 'x', signal)).resolves.toBe(1));
  it('within names the operation that took too long', () =>
    expect(within(never, 1, 'the edit', signal)).rejects.toThrow('the edit took more'));
  it('within ends with its signal', () =>
    expect(within(never, 1000, 'x', AbortSignal.abort())).rejects.toThrow('aborted'));
});

describe('Undo', () => {
  it('Undo runs every step in reverse order, then throws the first failure', async () => {
    const undo = new Undo();
    const done: number[] = [];
    undo.add(() => void done.push(1));
    undo.add(async () => {
      throw new Error('second');
    });
    undo.add(() => {
      throw new Error('third');
    });
    undo.add(() => void done.push(4));
    await expect(undo.run()).rejects.toThrow('third');
    expect(done).toEqual([4, 1]);
    await undo.run();
    expect(done).toEqual([4, 1]);
  });
});
