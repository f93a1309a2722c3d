import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Cluster } from '@nx-kube/cluster';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { agentImage } from '../image/build/agent-image.js';
import { deployment } from '../workload/workload.fixture.js';
import { deliverImages } from './deliver-images.js';
import type { DeployOptions } from './deploy-options.js';
import { endDebug } from './end-debug.js';

/** A cluster whose API server is scripted, and what a debugged project has on this side. */
async function setUp(onRequest: RequestListener): Promise<{ cluster: Cluster; deploy: DeployOptions; server: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'nx-kube-end-debug-'));
  const listener = createServer(onRequest);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const server = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const at = (name: string) => join(folder, name);
  const kubeconfig = {
    'current-context': 'kind-scripted',
    contexts: [{ name: 'kind-scripted', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: `http://${server}` } }],
    users: [{ name: 'u', user: {} }],
  };
  const image = { name: 'app', tag: '1', platform: { os: 'linux', architecture: 'amd64' }, entrypoint: [], cmd: [] };
  await writeFile(at('config'), JSON.stringify(kubeconfig));
  await writeFile(at('image.json'), JSON.stringify(image));
  await writeFile(at('manifests.yaml'), JSON.stringify(deployment('app')));
  await writeFile(at('dlv'), 'a debugger');
  const { archive } = await agentImage({ binary: at('dlv'), architecture: 'amd64', directory: at('any') });
  await copyFile(archive, at('image.tar'));
  const cluster = await connect({ kubeconfigPath: at('config') });
  onTestFinished(async () => {
    await cluster.close();
    listener.closeAllConnections();
    listener.close();
    await rm(folder, { recursive: true, force: true });
  });
  const debug = { port: 30000, args: [], delve: at('dlv') };
  const deploy = { project: 'app', manifests: at('manifests.yaml'), image: folder, stateDirectory: at('state'), debug };
  return { cluster, deploy: { ...deploy, registry: server }, server };
}

async function ended(cluster: Cluster, deploy: DeployOptions, options?: { withinMs: number }): Promise<LoopEvent[]> {
  const events: LoopEvent[] = [];
  await endDebug(cluster, deploy, (event) => events.push(event), options);
  return events;
}
const next = 'Run nx run app:kustomize-apply, or dev, to end it.';
const still = (why: string) => [
  { type: 'debug', state: 'off', message: `The workload is still as debugging needs it: ${why}\n${next}` },
];

describe('endDebug (with a fake API server)', () => {
  it('a cluster that does not answer is reported, with the next step', async () => {
    const { cluster, deploy } = await setUp(() => {});
    expect(await ended(cluster, deploy, { withinMs: 50 })).toEqual(still('the cluster did not take it within 0.05 s'));
  });

  it('a refusal of the cluster is reported, with the next step', async () => {
    const { cluster, deploy } = await setUp((_, response) => response.writeHead(403).end());
    expect(await ended(cluster, deploy)).toEqual(
      still('GET /apis/apps/v1: Forbidden.\n  → Ask for the permission, or use a context whose user has it.'),
    );
  });

  it('missing manifests are reported', async () => {
    const { cluster, deploy } = await setUp(() => {});
    const [event] = await ended(cluster, { ...deploy, manifests: '/gone.yaml' });
    expect(event).toMatchObject({ state: 'off', message: expect.stringContaining('/gone.yaml cannot be read') });
    expect(event).toMatchObject({ message: expect.stringMatching(/nx run app:kustomize-apply, or dev, to end it\.$/) });
  });
});

describe('deliverImages while debugging (with a fake API server and a fake registry)', () => {
  it('what runs after debugging is brought to the nodes when debugging begins', async () => {
    const asked: string[] = [];
    const { cluster, deploy } = await setUp(({ method, url = '' }, response) => {
      const [, image] = /^\/v2\/(.*)$/.exec(url) ?? [];
      if (image) asked.push(`${method} ${image.replace('manifests/', '')}`);
      // The registry has every part, and takes every image; the user may not see the nodes.
      response.writeHead(url.startsWith('/api') ? 403 : method === 'PUT' ? 201 : 200).end();
    });
    const debugged = await deliverImages(cluster, deploy);
    const plain = await deliverImages(cluster, { ...deploy, debug: undefined }, { dryRun: true });
    const tagOf = (image: string | undefined) => image!.slice(image!.lastIndexOf(':') + 1);
    expect(tagOf(debugged.agentImage)).toBe(`${tagOf(plain.agentImage)}-${tagOf(debugged.agentImage).slice(17)}`);
    for (const { agentImage } of [debugged, plain]) {
      expect(asked).toContain(`PUT nx-kube-agent/${tagOf(agentImage)}`);
    }
  });
});
