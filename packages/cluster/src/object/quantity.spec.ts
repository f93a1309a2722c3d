import { describe, expect, it } from 'vitest';
import { parseQuantity } from './quantity.js';

describe('parseQuantity', () => {
  it.each([
    ['500m', '0.5'],
    ['1000m', 1],
    ['1Gi', '1024Mi'],
    ['0.5Gi', '512Mi'],
    ['1e3', '1k'],
    ['1E3', 1000],
    ['1e9', '1G'],
    ['1.5', '1500m'],
    ['100n', '0.0000001'],
    ['1E', '1000P'],
    ['-1', '-1000m'],
    ['.5', '500m'],
    ['5.', 5],
    ['1500000000u', '1.5k'],
  ])('the quantity %s equals %s', (a, b) => {
    expect(parseQuantity(a)).toBeDefined();
    expect(parseQuantity(a)).toBe(parseQuantity(b));
  });

  it.each([
    ['1k', '1Ki'],
    ['1M', '1m'],
    ['1', '-1'],
  ])('the quantity %s does not equal %s', (a, b) => {
    expect(parseQuantity(a)).not.toBe(parseQuantity(b));
  });

  it.each(['', '.', 'm', '1x', '1 Gi', '0x10', '1e', '0.1n', true, null, undefined, {}, ['1']])(
    '%j is not a quantity',
    (value) => {
      expect(parseQuantity(value)).toBeUndefined();
    },
  );

  it.each([
    ['256Mi', 256 * 1024 ** 2],
    ['1G', 1e9],
    ['500m', 0.5],
    ['2', 2],
    [2, 2],
    ['1e3', 1000],
    ['1.5Gi', 1.5 * 1024 ** 3],
  ])('the quantity %s is %s in billionths', (text, number) => expect(Number(parseQuantity(text)) / 1e9).toBe(number));

  it('a word is not a quantity', () => expect(parseQuantity('much')).toBeUndefined());
});
