import { describe, expect, it } from 'vitest';
import { duration, size } from './units.js';

describe('duration and size', () => {
  it('durations and sizes are printed with readable units', () => {
    expect([duration(180.4), duration(4240)]).toEqual(['180 ms', '4.2 s']);
    expect([size(1234), size(79_100_000)]).toEqual(['1.2 kB', '79.1 MB']);
  });
});
