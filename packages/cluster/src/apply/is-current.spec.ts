import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../object/kube-object.js';
import { isCurrent } from './is-current.js';

/** The real server's answers are tested in apply.cluster.spec.ts; these are the decisions, case by case. */
const base = { apiVersion: 'apps/v1', kind: 'Deployment' };

function desired(spec: unknown, metadata = {}, rest = {}): KubeObject {
  return { ...base, metadata: { name: 'x', namespace: 'n', ...metadata }, spec, ...rest };
}

function live(spec: unknown, fields: Record<string, unknown>, metadata = {}): KubeObject {
  const managedFields = [
    { manager: 'other', operation: 'Update' as const, apiVersion: 'apps/v1', fieldsV1: { 'f:status': {} } },
    { manager: 'nx-kube', operation: 'Update' as const, apiVersion: 'apps/v1', fieldsV1: {} },
    { manager: 'nx-kube', operation: 'Apply' as const, apiVersion: 'apps/v1', subresource: 'scale', fieldsV1: {} },
    { manager: 'nx-kube', operation: 'Apply' as const, apiVersion: 'apps/v1', fieldsV1: fields },
  ];
  return {
    ...base,
    metadata: { name: 'x', namespace: 'n', uid: 'u', managedFields, ...metadata },
    spec,
    status: { replicas: 1 },
  };
}

const spec = (fields: Record<string, unknown>) => ({ 'f:spec': fields });
const env = (...names: string[]) =>
  spec({
    'f:env': Object.fromEntries(
      names.map((name) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:value': {} }]),
    ),
  });
const item = (name: string, value = '1') => ({ name, value });

type Row = [what: string, live: KubeObject, desired: KubeObject, current: boolean];

describe('isCurrent', () => {
  it.each<Row>([
    ['with the same fields and values', live({ a: 1 }, spec({ 'f:a': {} })), desired({ a: 1 }), true],
    ['with fields of others beside ours', live({ a: 1, b: 2 }, spec({ 'f:a': {} })), desired({ a: 1 }), true],
    ['not with another value', live({ a: 2 }, spec({ 'f:a': {} })), desired({ a: 1 }), false],
    ['not with a field more to set', live({ a: 1, b: 2 }, spec({ 'f:a': {} })), desired({ a: 1, b: 2 }), false],
    ['not with a field to give up', live({ a: 1, b: 2 }, spec({ 'f:a': {}, 'f:b': {} })), desired({ a: 1 }), false],
    [
      'not while it is being deleted',
      live({ a: 1 }, spec({ 'f:a': {} }), { deletionTimestamp: 'x' }),
      desired({ a: 1 }),
      false,
    ],
    [
      'not when another version was applied',
      live({ a: 1 }, spec({ 'f:a': {} })),
      { ...desired({ a: 1 }), apiVersion: 'apps/v1beta1' },
      false,
    ],
    [
      'with an empty keyed list that the server did not record',
      live({ a: 1 }, spec({ 'f:a': {} })),
      desired({ a: 1, ports: [] }),
      true,
    ],
    [
      'not with an empty keyed list where others have items',
      live({ a: 1, env: [item('x')] }, spec({ 'f:a': {} })),
      desired({ a: 1, env: [] }),
      false,
    ],
    [
      'not with an empty list that the server would record',
      live({ a: 1 }, spec({ 'f:a': {} })),
      desired({ a: 1, args: [] }),
      false,
    ],
    [
      'with an empty list that is null in the cluster',
      live({ rules: null }, spec({ 'f:rules': {} })),
      desired({ rules: [] }),
      true,
    ],
    [
      'not with a value for what is null in the cluster',
      live({ rules: null }, spec({ 'f:rules': {} })),
      desired({ rules: [1] }),
      false,
    ],
    ['not when we never applied it', live({ a: 1 }, {}, { managedFields: [] }), desired({ a: 1 }), false],
    [
      'when nothing is asked of it',
      { ...live({}, {}, { managedFields: [] }) },
      { ...base, metadata: { name: 'x' } },
      true,
    ],
    [
      'whatever the status in the manifest',
      live({ a: 1 }, spec({ 'f:a': {} })),
      desired({ a: 1 }, {}, { status: {} }),
      true,
    ],
    ['with an explicit null for nothing', live({ a: 1 }, spec({ 'f:a': {} })), desired({ a: 1, b: null }), true],
    [
      'with a null that is managed and not kept',
      live({ a: 1 }, spec({ 'f:a': {}, 'f:b': {} })),
      desired({ a: 1, b: null }),
      true,
    ],

    [
      'with labels',
      live({}, { 'f:metadata': { 'f:labels': { 'f:a': {} } }, 'f:spec': {} }, { labels: { a: '1', z: '' } }),
      desired({}, { labels: { a: '1' } }),
      true,
    ],
    [
      'not with a label less',
      live({}, { 'f:metadata': { 'f:labels': { 'f:a': {} } }, 'f:spec': {} }, { labels: {} }),
      desired({}, { labels: { a: '1' } }),
      false,
    ],

    [
      'with a list by name',
      live({ env: [item('a'), item('other'), item('b')] }, env('a', 'b')),
      desired({ env: [item('a'), item('b')] }),
      true,
    ],
    [
      'not in another order',
      live({ env: [item('b'), item('a')] }, env('a', 'b')),
      desired({ env: [item('a'), item('b')] }),
      false,
    ],
    [
      'not with another value of an item',
      live({ env: [item('a', '2')] }, env('a')),
      desired({ env: [item('a')] }),
      false,
    ],
    [
      'not with an item to give up',
      live({ env: [item('a'), item('b')] }, env('a', 'b')),
      desired({ env: [item('a')] }),
      false,
    ],
    [
      'not with an item twice',
      live({ env: [item('a'), item('b')] }, env('a', 'b')),
      desired({ env: [item('a'), item('a')] }),
      false,
    ],
    [
      'with a port whose protocol was filled in',
      live(
        {
          ports: [
            { port: 53, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
        },
        spec({
          'f:ports': {
            'k:{"port":53,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
            'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} },
          },
        }),
      ),
      desired({ ports: [{ port: 53 }, { port: 53, protocol: 'UDP' }] }),
      true,
    ],
    [
      'with a set',
      live({ finalizers: ['a', 'z', 'b'] }, spec({ 'f:finalizers': { 'v:"a"': {}, 'v:"b"': {} } })),
      desired({ finalizers: ['a', 'b'] }),
      true,
    ],
    [
      'not with another set',
      live({ finalizers: ['a'] }, spec({ 'f:finalizers': { 'v:"a"': {} } })),
      desired({ finalizers: ['b'] }),
      false,
    ],

    [
      'with a quantity in its normal form',
      live({ limits: { cpu: '500m' } }, spec({ 'f:limits': { 'f:cpu': {} } })),
      desired({ limits: { cpu: 0.5 } }),
      true,
    ],
    [
      'not with another quantity',
      live({ limits: { cpu: '500m' } }, spec({ 'f:limits': { 'f:cpu': {} } })),
      desired({ limits: { cpu: '0.4' } }),
      false,
    ],
    [
      'not with a text that looks like a quantity elsewhere',
      live({ a: '1' }, spec({ 'f:a': {} })),
      desired({ a: '1000m' }),
      false,
    ],

    [
      'with what the server filled in',
      live({ fieldRef: { apiVersion: 'v1', fieldPath: 'p' } }, spec({ 'f:fieldRef': {} })),
      desired({ fieldRef: { fieldPath: 'p' } }),
      true,
    ],
    [
      'not with one more key in a field that is managed as a whole',
      live({ selector: { a: '1', b: '2' } }, spec({ 'f:selector': {} })),
      desired({ selector: { a: '1' } }),
      false,
    ],
    [
      'not when that is to be empty',
      live({ selector: { a: '1' } }, spec({ 'f:selector': {} })),
      desired({ selector: {} }),
      false,
    ],
    [
      'with an empty strategy that the server filled',
      live({ strategy: { type: 'RollingUpdate' } }, spec({ 'f:strategy': {} })),
      desired({ strategy: {} }),
      true,
    ],
    [
      'with an empty map that the server dropped',
      live({}, spec({ 'f:annotations': {} })),
      desired({ annotations: {} }),
      true,
    ],
    [
      'not with an index, which nothing uses',
      live({ a: [1] }, spec({ 'f:a': { 'i:0': {} } })),
      desired({ a: [1] }),
      false,
    ],
  ])('an object counts as current: %s', (_what, liveObject, desiredObject, current) => {
    expect(isCurrent(liveObject, desiredObject)).toBe(current);
  });

  it('an object is current for one manager at a time', () => {
    const object = live({ a: 1 }, spec({ 'f:a': {} }));
    expect(isCurrent(object, desired({ a: 1 }), 'nx-kube')).toBe(true);
    expect(isCurrent(object, desired({ a: 1 }), 'somebody')).toBe(false);
  });
});
