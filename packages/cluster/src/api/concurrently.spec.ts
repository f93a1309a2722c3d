import { describe, expect, it } from 'vitest';
import { mapConcurrently } from './concurrently.js';

describe('mapConcurrently', () => {
  it('results keep the order of their items, and no more items run at once than the limit', async () => {
    let under = 0;
    let most = 0;
    const results = await mapConcurrently([5, 1, 4, 2, 3], 2, async (ms, index) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, ms));
      under -= 1;
      return index;
    });
    expect(results).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
  });

  it('a failure starts no further item and waits for the running ones', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const running = mapConcurrently([0, 1, 2, 3], 2, async (index) => {
      begun.push(index);
      if (index === 0) throw new Error('first');
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended.push(index);
    });
    await expect(running).rejects.toThrow('first');
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });
});
