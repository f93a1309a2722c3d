import { describe, expect, it } from 'vitest';
import type { KubeObject, ManagedFieldsEntry } from '../object/kube-object.js';
import { fieldsTakenOut, fieldsThatStay, withFieldsTaken } from './taken-out.js';

const probe = { httpGet: { path: '/healthz', port: 8081 } };
const containers = [{ name: 'manager', args: ['a'], livenessProbe: probe, env: [{ name: 'X', value: '1' }] }];
const live = (...managedFields: ManagedFieldsEntry[]): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app', namespace: 'n', managedFields },
  spec: { containers },
});
const fieldsOf = (container: object) => ({ 'f:spec': { 'f:containers': { 'k:{"name":"manager"}': container } } });
const entry = (manager: string, operation: 'Apply' | 'Update', container: object): ManagedFieldsEntry => ({
  ...{ manager, operation, apiVersion: 'apps/v1', fieldsV1: fieldsOf(container) },
});
const field = '.spec.containers[name="manager"].livenessProbe';

describe('fieldsTakenOut', () => {
  it('fields and named items that the later object lacks are taken out, and changed values are not', () => {
    const after = { spec: { containers: [{ name: 'manager', args: [], env: [] }], replicas: 2 } };
    expect(fieldsTakenOut({ spec: { containers, replicas: 1, paused: true } }, after)).toEqual([
      field,
      '.spec.containers[name="manager"].env[name="X"]',
      '.spec.paused',
    ]);
  });

  it('an empty field, and items without names, do not count', () =>
    expect(fieldsTakenOut({ a: {}, b: [], c: null, rules: [{ verbs: ['get'] }] }, { rules: [] })).toEqual([]));
});

describe('fieldsThatStay', () => {
  it('a field that is live and that another manager owns stays', () => {
    const edited = live(entry('kubectl-edit', 'Update', { 'f:livenessProbe': { 'f:httpGet': {} } }));
    expect(fieldsThatStay(edited, [field, '.spec.paused'], 'nx-kube')).toEqual([{ field, manager: 'kubectl-edit' }]);
    const ours = live(entry('nx-kube', 'Apply', { 'f:livenessProbe': {} }));
    expect(fieldsThatStay(ours, [field], 'nx-kube')).toEqual([]);
    const scale = live({ ...entry('x', 'Update', { 'f:livenessProbe': {} }), subresource: 'scale' });
    expect(fieldsThatStay(scale, [field], 'nx-kube')).toEqual([]);
  });
});

describe('withFieldsTaken', () => {
  const theirs = entry('kubectl-edit', 'Update', { 'f:livenessProbe': { 'f:httpGet': {} }, 'f:env': {} });
  const taken = [{ field, manager: 'kubectl-edit' }];

  it('a field moves from its manager to ours', () => {
    const ours = entry('nx-kube', 'Apply', { 'f:image': {} });
    expect(withFieldsTaken(live(theirs, ours), taken, 'nx-kube')).toEqual([
      entry('kubectl-edit', 'Update', { 'f:env': {} }),
      entry('nx-kube', 'Apply', { 'f:image': {}, 'f:livenessProbe': { 'f:httpGet': {} } }),
    ]);
  });

  it('a manager that owns nothing else is dropped, and ours is added', () => {
    const only = entry('kubectl-edit', 'Update', { 'f:livenessProbe': {} });
    expect(withFieldsTaken(live(only), taken, 'nx-kube')).toEqual([entry('nx-kube', 'Apply', { 'f:livenessProbe': {} })]);
  });
}); // prettier-ignore
