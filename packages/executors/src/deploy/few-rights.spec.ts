import type { ServerResponse } from 'node:http';
import { connect } from '@nx-kube/cluster';
import { answer, answerDiscovery, fakeApiServer } from '@nx-kube/testing/cluster/fake-api-server.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lookAround } from './few-rights.js';
import { imageDelivery } from './image-delivery.js';

/** A cluster that answers requests whose path contains a word in its own way, and all others with 404. */
async function clusterThat(answers: Record<string, (response: ServerResponse) => void>) {
  const server = await fakeApiServer({
    request: (request, response) => {
      if (answerDiscovery(request, response)) return;
      const found = Object.entries(answers).find(([word]) => request.url!.includes(word));
      if (found) return found[1](response);
      answer(response, 404, { kind: 'Status', reason: 'NotFound', code: 404 });
    },
  });
  const cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  onTestFinished(async () => {
    await cluster.close();
    await server.close();
  });
  return cluster;
}

const forbids = (response: ServerResponse) => answer(response, 403, { kind: 'Status', reason: 'Forbidden', code: 403 });
const node = { status: { nodeInfo: { operatingSystem: 'linux', architecture: 'arm64' } } };
const listsNodes = (response: ServerResponse) =>
  answer(response, 200, { metadata: { resourceVersion: '1' }, items: [node] });
const fails = (response: ServerResponse) => answer(response, 400, { kind: 'Status', reason: 'BadRequest', code: 400 });
const nodes =
  'list nodes: the binary is built for the platform of this machine, unless "goarch" of go-build names another one';
const registry =
  'read ConfigMap/kube-public/local-registry-hosting: no announced registry is used; "registry" of kustomize-apply names one';

describe('lookAround', () => {
  it('a user with all rights gets the platform, and no warning', async () => {
    const cluster = await clusterThat({ nodes: listsNodes });
    expect(await lookAround(cluster, {})).toEqual({ platform: { os: 'linux', architecture: 'arm64' } });
  });

  it('a user with rights in one namespace gets one warning that says what is done without', async () => {
    const cluster = await clusterThat({ nodes: forbids, configmaps: forbids });
    expect(await lookAround(cluster, {})).toEqual({ warning: `Your user may not ${nodes}, and may not ${registry}.` });
  });

  it('nothing is missing where options name it', async () => {
    const cluster = await clusterThat({ nodes: forbids, configmaps: forbids });
    expect(await lookAround(cluster, { registry: 'localhost:5000' }, { goarch: 'arm64' })).toEqual({});
  });

  it('any other failure is an error', async () => {
    const cluster = await clusterThat({ nodes: fails });
    await expect(lookAround(cluster, {})).rejects.toMatchObject({ status: 400 });
  });
});

describe('imageDelivery for a user who may not read the announced registry', () => {
  it('images are loaded into the nodes', async () => {
    const cluster = await clusterThat({ nodes: forbids, configmaps: forbids });
    expect(await imageDelivery(cluster, undefined)).toMatchObject({ source: 'node' });
  });
});
