import { describe, expect, it } from 'vitest';
import { prepare } from './sanitize.js';

describe('what is sent', () => {
  it('lacks what only the server sets, and the given object is left as it is', () => {
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

  it('of a Secret is data, over which stringData wins', () => {
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

  it('of a custom resource called Secret is untouched', () => {
    const object = { apiVersion: 'x.io/v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { a: 'b' } };
    expect(prepare(object)).toEqual(object);
  });

  it('of a Secret must be text', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x', namespace: 'n' },
      stringData: { a: 1234 },
    };
    expect(() => prepare(secret)).toThrow('Secret/n/x: stringData.a must be a string.');
  });
});
