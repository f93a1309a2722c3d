import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { firstNode } from './first-node.js';
import { localRegistry, localRegistryHosting } from './local-registry.js';
import { nodePlatforms } from './node-platforms.js';

let server: FakeApiServer;
let cluster: Cluster;

afterEach(async () => {
  await cluster.close();
  await server.close();
});

async function start(status: number, body: unknown): Promise<void> {
  server = await fakeApiServer({
    request: (request, response) => answerDiscovery(request, response) || answer(response, status, body),
  });
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
}

function announcing(text?: string) {
  return { kind: 'ConfigMap', data: text === undefined ? {} : { 'localRegistryHosting.v1': text } };
}

describe('localRegistry (of a scripted server)', () => {
  it.each([
    ['host: "localhost:5001"\nhelp: "https://x"', { host: 'localhost:5001' }],
    ['{"host": "localhost:5001"}', { host: 'localhost:5001' }],
    [
      'host: "localhost:5001"\nhostFromContainerRuntime: "registry:5000"',
      { host: 'localhost:5001', hostFromContainerRuntime: 'registry:5000' },
    ],
    ['host: "localhost:5001"\nhostFromContainerRuntime: ""', { host: 'localhost:5001' }],
    [undefined, undefined],
  ])('the local registry that is announced as %j is %j', async (text, registry) => {
    await start(200, announcing(text));
    expect(await localRegistryHosting(cluster)).toEqual(registry);
    expect(await localRegistry(cluster)).toBe(registry?.host);
  });

  it('the local registry is undefined if no ConfigMap announces one', async () => {
    await start(404, { kind: 'Status', reason: 'NotFound' });
    expect(await localRegistry(cluster)).toBeUndefined();
  });

  it.each(['{', 'port: 5001', 'host: ""', 'host: 5', '[]'])(
    'the announcement %j is an error that names the next step',
    async (text) => {
      await start(200, announcing(text));
      await expect(localRegistry(cluster)).rejects.toMatchObject({
        culprit: 'cluster',
        message: 'ConfigMap/kube-public/local-registry-hosting does not name a registry host.',
        next: expect.stringContaining('localRegistryHosting.v1') as string,
      });
    },
  );
});

describe('nodePlatforms (of a scripted server)', () => {
  it('the platforms of the nodes are distinct, the most frequent first', async () => {
    const node = (operatingSystem: string, architecture: string) => ({
      status: { nodeInfo: { operatingSystem, architecture } },
    });
    const items = [node('linux', 'amd64'), node('linux', 'arm64'), node('linux', 'arm64'), { status: {} }];
    await start(200, { metadata: { resourceVersion: '1' }, items });
    expect(await nodePlatforms(cluster)).toEqual([
      { os: 'linux', architecture: 'arm64' },
      { os: 'linux', architecture: 'amd64' },
    ]);
  });
});

describe('firstNode (of a scripted server)', () => {
  it('the runtime, the provider and the labels of a node tell what made the cluster', async () => {
    const node = {
      metadata: { name: 'dev-control-plane', labels: { a: 'b' } },
      spec: { providerID: 'kind://docker/dev/dev-control-plane' },
      status: { nodeInfo: { containerRuntimeVersion: 'containerd://2.1.0' } },
    };
    await start(200, { metadata: { resourceVersion: '1' }, items: [node, {}] });
    expect(await firstNode(cluster)).toEqual({
      runtime: 'containerd',
      providerId: 'kind://docker/dev/dev-control-plane',
      labels: { a: 'b' },
    });
  });

  it('a user who may not list nodes does without', async () => {
    await start(403, { kind: 'Status', reason: 'Forbidden', code: 403 });
    expect(await firstNode(cluster)).toBeUndefined();
  });
});
