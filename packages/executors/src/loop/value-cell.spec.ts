import { describe, expect, it } from 'vitest';
import { valueCell } from './value-cell.js';

const never = new AbortController().signal;

describe('valueCell', () => {
  it('a value cell gives its first value to a waiting reader, and its newest value afterwards', async () => {
    const cell = valueCell<number>();
    const first = cell.get(never);
    cell.set(1);
    expect(await first).toBe(1);
    cell.set(2);
    expect(await cell.get(never)).toBe(2);
    expect(cell.value).toBe(2);
  });

  it('a reader of a value cell stops waiting when its signal fires', async () => {
    const stop = new AbortController();
    const waiting = valueCell<number>().get(stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(valueCell<number>().get(stop.signal)).rejects.toThrow('stopped');
  });
});
