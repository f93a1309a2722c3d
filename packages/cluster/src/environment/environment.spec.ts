import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { localRegistry } from './local-registry.js';
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
    ['host: "localhost:5001"\nhelp: "https://x"', 'localhost:5001'],
    ['{"host": "localhost:5001"}', 'localhost:5001'],
    [undefined, undefined],
  ])('the local registry that is announced as %j is %j', async (text, host) => {
    await start(200, announcing(text));
    expect(await localRegistry(cluster)).toBe(host);
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
