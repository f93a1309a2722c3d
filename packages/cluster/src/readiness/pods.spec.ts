import { answer, answerDiscovery, fakeApiServer } from '@nx-kube/testing/cluster/fake-api-server.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import type { KubeObject } from '../object/kube-object.js';
import { listPods, podsOfWorkload, watchPods } from './pods.js';

const kindsOfApps = [
  { kind: 'Deployment', name: 'deployments', namespaced: true, verbs: ['get'] },
  { kind: 'ReplicaSet', name: 'replicasets', namespaced: true, verbs: ['list'] },
];
const scaffolded = { 'control-plane': 'controller-manager' };

function owned(kind: string, name: string, owner: [kind: string, name: string]): KubeObject {
  const [ownerKind, ownerName] = owner;
  const metadata = {
    ...{ name, namespace: 'ns', uid: name, resourceVersion: '1', labels: { ...scaffolded, 'pod-template-hash': 'h1' } },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: ownerKind, name: ownerName, uid: ownerName, controller: true }],
  };
  return { apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1', kind, metadata };
}

const workload: KubeObject = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name: 'ours', namespace: 'ns', uid: 'ours', resourceVersion: '1' },
  spec: { selector: { matchLabels: scaffolded } },
};
const replicaSets = ['ours', 'theirs'].map((name) => owned('ReplicaSet', `${name}-h1`, ['Deployment', name]));
const pods = ['theirs', 'ours'].map((name) => owned('Pod', name, ['ReplicaSet', `${name}-h1`]));

/** A server with the Deployments `ours` and `theirs`, which have the same labels, and a pod of each. */
async function twoDeployments({ mayReadOwners = true } = {}): Promise<Cluster> {
  const items = (of: object[]) => ({ metadata: { resourceVersion: '1' }, items: of });
  const server = await fakeApiServer({
    request: (request, response) => {
      const { url = '' } = request;
      if (answerDiscovery(request, response)) return;
      if (url === '/apis/apps/v1') return answer(response, 200, { kind: 'APIResourceList', resources: kindsOfApps });
      if (url.startsWith('/apis') && !mayReadOwners) return answer(response, 403, { kind: 'Status', code: 403 });
      if (url.includes('watch=true')) return response.flushHeaders();
      if (url.includes('/deployments/')) return answer(response, 200, workload);
      if (url.includes('/deployments')) return answer(response, 200, items([workload]));
      answer(response, 200, items(url.includes('/replicasets') ? replicaSets : pods));
    },
  });
  const cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  onTestFinished(async () => {
    await cluster.close();
    await server.close();
  });
  return cluster;
}

describe.each([
  ['read', { mayReadOwners: true }],
  ['not read', { mayReadOwners: false }],
])('the pods of a workload whose owners the user may %s', (_, rights) => {
  it('listPods leaves out the pods of another workload with the same labels', async () => {
    const found = await listPods(await twoDeployments(rights), podsOfWorkload(workload, 'default'));
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['ours']);
  });

  it('watchPods reports no pod of another workload with the same labels', async () => {
    const seen: string[] = [];
    const watcher = watchPods(await twoDeployments(rights), podsOfWorkload(workload, 'default'), {}, (event) => {
      if ('object' in event) seen.push(`${event.type} ${event.object.metadata.name}`);
    });
    await watcher.synced;
    expect(seen).toEqual(['added ours']);
    expect([...watcher.store.keys()]).toEqual(['ours']);
    await watcher.stop();
  });
});

describe('listPods', () => {
  it('a choice by labels alone has all pods with these labels', async () => {
    const found = await listPods(await twoDeployments(), { namespace: 'ns', labelSelector: 'control-plane' });
    expect(found).toHaveLength(2);
  });
});
