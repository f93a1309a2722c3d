import { describe, expect, it } from 'vitest';
import { addUp } from './timings.js';

const sum = ({ total: _, ...steps }: ReturnType<typeof addUp>) => Object.values(steps).reduce((a, b) => a + b, 0);

describe('addUp', () => {
  it('time in no step is time that the target waited', () => {
    const timings = addUp({ watch: 0, build: 300, compare: 1, sync: 200 }, 145_000);
    expect(timings).toEqual({ watch: 0, build: 300, compare: 1, sync: 200, wait: 144_499, total: 145_000 });
    expect(sum(timings)).toBe(timings.total);
  });

  it('a process that gets ready while its delivery ends is counted once', () => {
    const timings = addUp({ watch: 10, build: 50, restart: 20, ready: 40 }, 100);
    expect(timings).toEqual({ watch: 10, build: 50, restart: 20, ready: 20, total: 100 });
    expect(sum(timings)).toBe(100);
  });

  it('steps that take longer by their own clocks make the total', () =>
    expect(addUp({ watch: 1, sync: 5, ready: 3 }, 4)).toEqual({ watch: 1, sync: 5, ready: 0, total: 6 }));

  it('a step that did not happen stays absent', () => expect(addUp({ watch: 5 }, 5)).toEqual({ watch: 5, total: 5 }));
});
