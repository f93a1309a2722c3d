import { describe, expect, it } from 'vitest';
import { prepare } from './sanitize.js';

describe('prepare', () => {
  it('a prepared object lacks server-owned fields, and the given object is unchanged', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'x',
        uid: 'u',
        resourceVersion: '1',
        generation: 1,
        creationTimestamp: null,
        managedFields: [],
        labels: { a: 'b' },
      },
    };
    const copy = structuredClone(object);
    expect(prepare(object).metadata).toEqual({ name: 'x', labels: { a: 'b' } });
    expect(object).toEqual(copy);
  });

  it('a prepared Secret has data only, and stringData wins over data', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x' },
      data: { a: 'MQ==', b: 'Mg==' },
      stringData: { b: 'ü' },
    };
    expect(prepare(secret)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x' },
      data: { a: 'MQ==', b: 'w7w=' },
    });
  });

  it('a custom resource called Secret is unchanged', () => {
    const object = { apiVersion: 'x.io/v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { a: 'b' } };
    expect(prepare(object)).toEqual(object);
  });

  it('a Secret with a value that is not text is refused', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x', namespace: 'n' },
      stringData: { a: 1234 },
    };
    expect(() => prepare(secret)).toThrow('Secret/n/x: stringData.a must be a string.');
  });
});
