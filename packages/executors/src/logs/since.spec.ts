import { describe, expect, it } from 'vitest';
import { since } from './since.js';

const now = Date.parse('2026-11-23T12:00:00.000Z');

describe('since', () => {
  it.each([
    ['90s', '2026-11-23T11:58:30.000Z'],
    ['10m', '2026-11-23T11:50:00.000Z'],
    ['1h30m', '2026-11-23T10:30:00.000Z'],
    ['2d', '2026-11-21T12:00:00.000Z'],
  ])('the option %s is the time %s', (option, time) => expect(since(option, now)).toBe(time));
  it.each(['', '10', 'm', '10 m', 'soon', '10mx'])('the option %j is refused', (option) =>
    expect(() => since(option, now)).toThrow(`"since": "${option}" is not a duration.`),
  );
});
