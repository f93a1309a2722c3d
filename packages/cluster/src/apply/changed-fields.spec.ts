import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../object/kube-object.js';
import { changedFields } from './changed-fields.js';

function object(spec: unknown, metadata = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', ...metadata }, spec };
}

describe('changedFields', () => {
  it.each([
    ['nothing', object({ a: 1 }), object({ a: 1 }), []],
    ['a value', object({ a: { b: 1 } }), object({ a: { b: 2 } }), ['spec.a.b']],
    ['a field added and one removed', object({ a: 1 }), object({ b: 1 }), ['spec.a', 'spec.b']],
    [
      'an item that is known by its name, at any position',
      object({ containers: [{ name: 'a', image: '1' }, { name: 'b' }] }),
      object({ containers: [{ name: 'b' }, { name: 'a', image: '2' }] }),
      ['spec.containers[a].image'],
    ],
    [
      'an item without a name',
      object({ args: ['a', 'b'] }),
      object({ args: ['a', 'c', 'd'] }),
      ['spec.args[1]', 'spec.args[2]'],
    ],
    ['a type', object({ a: [1] }), object({ a: { b: 1 } }), ['spec.a']],
    [
      'a field that every write changes',
      { ...object({}, { resourceVersion: '1', generation: 1, managedFields: [] }), status: 1 },
      { ...object({}, { resourceVersion: '2', generation: 2, managedFields: [{}] }), status: 2 },
      [],
    ],
  ])('the changed fields are listed: %s', (_what, before, after, paths) => {
    expect(changedFields(before, after)).toEqual(paths);
  });

  it('a long list of changes is cut', () => {
    const many = (value: number) => object(Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`k${i}`, value])));
    expect(changedFields(many(1), many(2))).toHaveLength(50);
  });
});
