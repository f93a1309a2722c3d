import { expect, it } from 'vitest';
import { quantity } from './quantity.js';

it.each([
  ['256Mi', 256 * 1024 ** 2],
  ['1G', 1e9],
  ['500m', 0.5],
  ['2', 2],
  [2, 2],
  ['1e3', 1000],
  ['1.5Gi', 1.5 * 1024 ** 3],
  ['much', undefined],
  [undefined, undefined],
])('the quantity %s is %s', (text, number) => expect(quantity(text)).toBe(number));
