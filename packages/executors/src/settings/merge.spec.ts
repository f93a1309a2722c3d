import { expect, it } from 'vitest';
import { deepMerge } from './merge.js';

it('leaves the siblings of a nested key that is given, and replaces lists and scalars', () => {
  const base = { a: { b: 1, c: { d: 2, e: 3 } }, list: [1, 2], scalar: 1 };
  const over = { a: { c: { d: 9 } }, list: [3], scalar: { now: 'a map' }, extra: true };
  expect(deepMerge(base, over)).toEqual({
    a: { b: 1, c: { d: 9, e: 3 } },
    list: [3],
    scalar: { now: 'a map' },
    extra: true,
  });
  expect(base).toEqual({ a: { b: 1, c: { d: 2, e: 3 } }, list: [1, 2], scalar: 1 });
});

it('takes __proto__ for a name like any other', () => {
  const merged = deepMerge({ a: 1 }, JSON.parse('{"__proto__": {"polluted": true}}')) as Record<string, unknown>;
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(merged['polluted']).toBeUndefined();
  expect(Object.keys(merged)).toEqual(['a', '__proto__']);
});
