import { connect, type Cluster } from '@nx-kube/cluster';
import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import { requirePlatform } from './require-platform.js';

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

const nodes = (...architectures: string[]) => ({
  metadata: { resourceVersion: '1' },
  items: architectures.map((architecture) => ({ status: { nodeInfo: { operatingSystem: 'linux', architecture } } })),
});
const check = (architecture: string) =>
  requirePlatform(cluster, { platform: { os: 'linux', architecture }, folder: 'dist/app/image' });

describe('requirePlatform (with a fake API server)', () => {
  it('an image that no node can run is refused, with the option that changes its platform', async () => {
    await start(200, nodes('amd64', 'amd64', 's390x'));
    await expect(check('arm64')).rejects.toMatchObject({
      culprit: 'configuration',
      message: `dist/app/image: the image is for linux/arm64, and the nodes of ${cluster.context} are linux/amd64, linux/s390x.`,
      next: 'Set "goarch" of go-build to "amd64", and make binary and image again.',
    });
  });

  it.each([
    ['one node of several can run it', 200, nodes('amd64', 'amd64', 'arm64')],
    ['there are no nodes yet', 200, nodes()],
    ['the nodes may not be seen', 403, { kind: 'Status', reason: 'Forbidden', message: 'no' }],
  ])('an image for arm64 is accepted where %s', async (_, status, body) => {
    await start(status, body);
    await check('arm64');
  });
});
