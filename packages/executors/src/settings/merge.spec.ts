import { describe, expect, it } from 'vitest';
import { merge } from './merge.js';
import type { Mistake } from './mistake.js';

const place = { file: 'dev-settings.yaml', path: 'dev' };

describe('merge', () => {
  it('merge keeps the siblings of a nested key, and replaces lists and scalars', () => {
    const base = { a: { b: 1, c: { d: 2, e: 3 } }, list: [1, 2], scalar: 1 };
    const over = { a: { c: { d: 9 } }, list: [3], scalar: { now: 'a map' }, extra: true };
    expect(merge(base, over, [], place, [])).toEqual({
      a: { b: 1, c: { d: 9, e: 3 } },
      list: [3],
      scalar: { now: 'a map' },
      extra: true,
    });
    expect(base).toEqual({ a: { b: 1, c: { d: 2, e: 3 } }, list: [1, 2], scalar: 1 });
  });

  it('merge treats __proto__ as an ordinary key', () => {
    const merged = merge({ a: 1 }, JSON.parse('{"__proto__": {"polluted": true}}'), [], place, []) as Record<
      string,
      unknown
    >;
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(merged['polluted']).toBeUndefined();
    expect(Object.keys(merged)).toEqual(['a', '__proto__']);
  });

  it('merge replaces a value as a whole if its schema says so or its kind changes', () => {
    const schema = {
    additionalProperties: { 'x-kind': 'kind', properties: { value: { oneOf: [{ type: 'string' }], 'x-merge': 'whole' as const } } },
  }; // prettier-ignore
    const base = {
      a: { kind: 'x', value: { env: 'A' }, rest: 1 },
      b: { kind: 'x', rest: 1 },
      c: { kind: 'x', rest: 1 },
    };
    const over = { a: { value: { file: 'a' } }, b: { kind: 'y' }, c: { kind: 'x' } };
    expect(merge(base, over, [schema], place, [])).toEqual({
      a: { kind: 'x', value: { file: 'a' }, rest: 1 },
      b: { kind: 'y' },
      c: { kind: 'x', rest: 1 },
    });
  });

  it('merge reports every list that would replace a map, and the reverse', () => {
    const mistakes: Mistake[] = [];
    merge({ a: [1], b: { c: {} }, d: 1 }, { a: {}, b: { c: [] }, d: [] }, [], place, mistakes);
    expect(mistakes.map(({ where, mistake }) => `${where} ${mistake}`)).toEqual([
      'dev-settings.yaml: dev.a is a map, but the option that it overrides is a list',
      'dev-settings.yaml: dev.b.c is a list, but the option that it overrides is a map',
    ]);
  });
});
