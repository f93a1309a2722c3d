import { describe, expect, it } from 'vitest';
import { managesField, valueAt, withField, withoutField } from './field-path.js';

const object = {
  metadata: { annotations: { 'a.b/c': '1', a: '2' }, finalizers: ['x/y', 'z'] },
  data: { 'app.properties': 'a=1' },
  spec: {
    replicas: 3,
    ports: [{ port: 80, targetPort: 1 }, { port: 80, protocol: 'UDP', targetPort: 2 }],
    containers: [{ name: 'a]b', image: 'i' }, { name: 'manager', image: 'i', env: [{ name: 'X', value: '1' }] }],
    list: ['a', 'b'],
  },
}; // prettier-ignore

describe('field paths of conflicts', () => {
  it.each([
    ['.spec.replicas', 3],
    ['.metadata.annotations.a.b/c', '1'],
    ['.metadata.annotations.a', '2'],
    ['.data.app.properties', 'a=1'],
    ['.spec.ports[port=80,protocol="TCP"].targetPort', 1],
    ['.spec.ports[port=80,protocol="UDP"].targetPort', 2],
    ['.spec.containers[name="a]b"].image', 'i'],
    ['.spec.containers[name="manager"].env[name="X"].value', '1'],
    ['.metadata.finalizers[="x/y"]', 'x/y'],
    ['.spec.list[1]', 'b'],
  ])('the field %s is found and cut out of a copy', (path, value) => {
    expect(valueAt(object, path)).toEqual(value);
    const before = structuredClone(object);
    const cut = withoutField(object, path);
    expect(valueAt(cut, path)).not.toEqual(value);
    expect(object).toEqual(before);
  });

  it.each(['.spec.paused', '.spec.replicas.x', '.spec.ports[port=81,protocol="TCP"].targetPort', '.data.app', 'spec'])(
    'the field %s does not exist',
    (path) => {
      expect(valueAt(object, path)).toBeUndefined();
      expect(withoutField(object, path)).toBeUndefined();
    },
  );

  it('a field gets another value in a copy', () =>
    expect(withField(object, '.spec.replicas', 5)).toEqual({ ...object, spec: { ...object.spec, replicas: 5 } }));

  it('managed fields hold a field, also below a key of a list', () => {
    const fields = { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:targetPort': {} } } } };
    expect(managesField(fields, '.spec.ports[port=80,protocol="TCP"].targetPort')).toBe(true);
    expect(managesField(fields, '.spec.ports[port=81,protocol="TCP"].targetPort')).toBe(false);
    expect(managesField(fields, '.spec.replicas')).toBe(false);
  });
});
