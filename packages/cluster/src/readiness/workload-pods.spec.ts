import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../object/kube-object.js';
import { podSelector, podsOfRevision } from './workload-pods.js';

function object(kind: string, uid: string, extra: Partial<KubeObject['metadata']> = {}, rest = {}): KubeObject {
  return { apiVersion: 'x', kind, metadata: { name: uid, uid, ...extra }, ...rest };
}

function ownedBy(uid: string) {
  return { ownerReferences: [{ apiVersion: 'x', kind: 'x', name: 'x', uid, controller: true }] };
}

describe('podSelector', () => {
  it('a selector is written as a query', () => {
    const selector = {
      matchLabels: { a: 'b', 'c.d/e': 'f' },
      matchExpressions: [
        { key: 'k', operator: 'In', values: ['1', '2'] },
        { key: 'l', operator: 'NotIn', values: ['3'] },
        { key: 'm', operator: 'Exists' },
        { key: 'n', operator: 'DoesNotExist' },
      ],
    };
    expect(podSelector(object('Deployment', 'd', {}, { spec: { selector } }))).toBe(
      'a=b,c.d/e=f,k in (1,2),l notin (3),m,!n',
    );
  });

  it.each(['Service', 'ConfigMap'])('a %s has no pods of its own', (kind) => {
    expect(podSelector(object(kind, 'x', {}, { spec: { selector: { a: 'b' } } }))).toBeUndefined();
  });
});

describe('podsOfRevision', () => {
  const names = (pods: KubeObject[]) => pods.map(({ metadata }) => metadata.name);

  it('the pods of a Deployment are those of its newest ReplicaSet, once its controller has seen the change', () => {
    const revision = (n: string) => ({ annotations: { 'deployment.kubernetes.io/revision': n } });
    const sets = [
      object('ReplicaSet', 'old', { ...ownedBy('d'), ...revision('1') }),
      object('ReplicaSet', 'new', { ...ownedBy('d'), ...revision('2') }),
    ];
    const pods = [
      object('Pod', 'p-old', ownedBy('old')),
      object('Pod', 'p-new', ownedBy('new')),
      object('Pod', 'p-going', { ...ownedBy('new'), deletionTimestamp: 'x' }),
      object('Pod', 'p-else', ownedBy('else')),
    ];
    const deployment = (observedGeneration: number) =>
      object('Deployment', 'd', { generation: 2, ...revision('2') }, { status: { observedGeneration } });
    expect(names(podsOfRevision(deployment(2), pods, sets))).toEqual(['p-new']);
    expect(names(podsOfRevision(deployment(1), pods, sets))).toEqual([]);
  });

  it('the pods of a StatefulSet have the update revision', () => {
    const set = object('StatefulSet', 's', {}, { status: { updateRevision: 'r2' } });
    const pods = ['r1', 'r2'].map((hash) =>
      object('Pod', hash, { ...ownedBy('s'), labels: { 'controller-revision-hash': hash } }),
    );
    expect(names(podsOfRevision(set, pods, []))).toEqual(['r2']);
  });

  it('the pods of a DaemonSet have the template generation', () => {
    const set = object('DaemonSet', 's', { annotations: { 'deprecated.daemonset.template.generation': '2' } });
    const pods = ['1', '2'].map((n) => object('Pod', n, { ...ownedBy('s'), labels: { 'pod-template-generation': n } }));
    expect(names(podsOfRevision(set, pods, []))).toEqual(['2']);
  });
});
