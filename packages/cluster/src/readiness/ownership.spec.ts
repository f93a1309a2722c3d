import { describe, expect, it } from 'vitest';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { forbidden, Ownership } from './ownership.js';

const object = (kind: string, name: string, owner?: { kind: string; name: string; uid: string }): KubeObject => ({
  ...{ apiVersion: 'x', kind },
  metadata: {
    ...{ name, uid: name, labels: { 'pod-template-hash': 'h1' } },
    ...(owner && { ownerReferences: [{ apiVersion: 'x', controller: true, ...owner }] }),
  },
});
const refTo = (kind: string): Ref => ({ apiVersion: 'apps/v1', kind, namespace: 'ns', name: 'app' });
const podOf = (kind: string, name: string, uid = name) => object('Pod', 'pod', { kind, name, uid });

describe('Ownership', () => {
  it.each(['StatefulSet', 'DaemonSet', 'ReplicaSet'])('a pod is of the %s whose uid its controller has', (kind) => {
    const ownership = new Ownership(refTo(kind));
    expect(ownership.owns(podOf(kind, 'app'))).toBe(false);
    ownership.setWorkload(object(kind, 'app'));
    expect(ownership.owns(podOf(kind, 'app'))).toBe(true);
    expect(ownership.owns(podOf(kind, 'other'))).toBe(false);
    expect(ownership.owns(podOf(kind, 'app', 'the one before'))).toBe(false);
    expect(ownership.owns(object('Pod', 'bare'))).toBe(false);
  });

  it('a pod is of the Deployment that its ReplicaSet belongs to', () => {
    const ownership = new Ownership(refTo('Deployment'));
    ownership.setWorkload(object('Deployment', 'app'));
    const setOf = (name: string) => object('ReplicaSet', `${name}-h1`, { kind: 'Deployment', name, uid: name });
    ownership.setReplicaSets([setOf('app'), setOf('other')]);
    expect(ownership.owns(podOf('ReplicaSet', 'app-h1'))).toBe(true);
    expect(ownership.owns(podOf('ReplicaSet', 'other-h1'))).toBe(false);
    expect(ownership.owns(podOf('Deployment', 'app'))).toBe(false);
  });

  it('owners that may not be read are compared by name', () => {
    const set = new Ownership(refTo('StatefulSet'));
    set.setWorkload(forbidden);
    expect(set.owns(podOf('StatefulSet', 'app', 'any'))).toBe(true);
    expect(set.owns(podOf('StatefulSet', 'other'))).toBe(false);
    const deployment = new Ownership(refTo('Deployment'));
    deployment.setReplicaSets(forbidden);
    expect(deployment.owns(podOf('ReplicaSet', 'app-h1', 'any'))).toBe(true);
    expect(deployment.owns(podOf('ReplicaSet', 'app-other-h1'))).toBe(false);
  });

  it('the pods of a deleted workload stay its own until a new one takes its place', () => {
    const ownership = new Ownership(refTo('StatefulSet'));
    ownership.setWorkload(object('StatefulSet', 'app'));
    ownership.setWorkload(undefined);
    expect(ownership.owns(podOf('StatefulSet', 'app'))).toBe(true);
    const next = object('StatefulSet', 'app');
    ownership.setWorkload({ ...next, metadata: { ...next.metadata, uid: 'next' } });
    expect(ownership.owns(podOf('StatefulSet', 'app'))).toBe(false);
    expect(ownership.owns(podOf('StatefulSet', 'app', 'next'))).toBe(true);
  });
});
