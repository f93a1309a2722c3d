import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { deployment } from '../workload/workload.fixture.js';
import { fakeCluster } from './fake-cluster.fixture.js';
import { replaceStuckPods } from './replace-stuck-pods.js';

const signal = new AbortController().signal;
const workload = (kind: string, status?: object): KubeObject => {
  const { spec, metadata } = deployment('app');
  return {
    ...{ apiVersion: 'apps/v1', kind, metadata: { ...metadata, uid: 'set' }, status },
    spec: { ...spec, selector: { matchLabels: { app: 'app' } } },
  };
};
const pod = (name: string, revision: string, state: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name, namespace: 'demo', labels: { app: 'app', 'controller-revision-hash': revision } },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'app', uid: 'set', controller: true }],
  },
  status: { phase: 'Pending', containerStatuses: [{ name: 'manager', state }] },
});
const waiting = { waiting: { reason: 'PodInitializing' } };
const seen = { observedGeneration: 1, updateRevision: 'two' };

describe('replaceStuckPods (with a fake API server)', () => {
  const replaced = async (kind: string, ...pods: KubeObject[]) => {
    const fake = await fakeCluster({ objects: [workload(kind, seen), ...pods] });
    return { names: await replaceStuckPods(fake.cluster, workload(kind), 'manager', signal), writes: fake.writes };
  };

  it('a pod of the former template that hangs in an init container is deleted', async () => {
    expect(await replaced('StatefulSet', pod('app-0', 'one', waiting))).toEqual({
      names: ['app-0'],
      writes: ['delete Pod/demo/app-0'],
    });
  });

  it.each([
    ['runs', 'StatefulSet', pod('app-0', 'one', { running: {} })],
    ['has the new template', 'StatefulSet', pod('app-0', 'two', waiting)],
    ['belongs to a Deployment', 'Deployment', pod('app-0', 'one', waiting)],
  ])('a pod that %s stays', async (_, kind, object) =>
    expect(await replaced(kind, object)).toMatchObject({ names: [] }),
  );

  it('the pods are judged only when the controller has seen the new template', async () => {
    const fake = await fakeCluster({ objects: [workload('StatefulSet', { ...seen, observedGeneration: 0 })] });
    fake.put(pod('app-0', 'one', waiting));
    const names = replaceStuckPods(fake.cluster, workload('StatefulSet'), 'manager', signal);
    fake.put(workload('StatefulSet', seen));
    expect(await names).toEqual(['app-0']);
  });
});
