import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { currentPods } from './current-pods.js';

let server: FakeApiServer;
let cluster: Cluster;

afterEach(async () => {
  await cluster.close();
  await server.close();
});

const owned = (name: string, owner: string, metadata = {}) => ({
  metadata: { name, uid: name, ownerReferences: [{ controller: true, uid: owner }], ...metadata },
});
const revision = (value: string) => ({ annotations: { 'deployment.kubernetes.io/revision': value } });
const deployment = (observedGeneration: number) => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
  metadata: { name: 'app', namespace: 'ns', uid: 'app', generation: 2, ...revision('2') },
  spec: { selector: { matchLabels: { app: 'app' } } },
  status: { observedGeneration },
});
const items = (...of: object[]) => ({ metadata: { resourceVersion: '1' }, items: of });

const kindsOfApps = [
  { kind: 'Deployment', name: 'deployments', namespaced: true, verbs: ['get'] },
  { kind: 'ReplicaSet', name: 'replicasets', namespaced: true, verbs: ['list'] },
];

async function podsAt(observedGeneration: number): Promise<string[]> {
  server = await fakeApiServer({
    request: (request, response) => {
      if (answerDiscovery(request, response)) return;
      const { url = '' } = request;
      if (url === '/apis/apps/v1') answer(response, 200, { kind: 'APIResourceList', resources: kindsOfApps });
      else if (url.includes('/deployments/')) answer(response, 200, deployment(observedGeneration));
      else if (url.includes('/replicasets')) {
        answer(response, 200, items(owned('old', 'app', revision('1')), owned('new', 'app', revision('2'))));
      } else answer(response, 200, items(owned('old-1', 'old'), owned('new-1', 'new')));
    },
  });
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'ns', name: 'app' };
  return (await currentPods(cluster, ref)).map(({ metadata }) => metadata.name);
}

describe('currentPods (of a scripted server)', () => {
  it('the current pods of a workload are those of its last revision', async () =>
    expect(await podsAt(2)).toEqual(['new-1']));
  it('a workload has no current pods while its controller has not seen its spec', async () =>
    expect(await podsAt(1)).toEqual([]));
});
