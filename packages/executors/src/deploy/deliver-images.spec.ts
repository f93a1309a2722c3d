import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Cluster } from '@nx-kube/cluster';
import { answer, answerDiscovery, fakeApiServer, kubeconfigFor } from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { agentImage } from '../image/build/agent-image.js';
import { putProgram } from '../requirements/programs.fixture.js';
import { deliverImages } from './deliver-images.js';
import type { DeployOptions } from './deploy-options.js';

let folder: string;
let deploy: DeployOptions;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-kube-deliver-'));
  const image = join(folder, 'image');
  await mkdir(image);
  await writeImage('amd64');
  await writeFile(join(folder, 'program'), 'a program');
  const made = { binary: join(folder, 'program'), architecture: 'amd64' as const, directory: join(folder, 'made') };
  await copyFile((await agentImage(made)).archive, join(image, 'image.tar'));
  deploy = { project: 'app', manifests: 'm.yaml', image, stateDirectory: join(folder, 'state') };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function writeImage(architecture: string, digest?: string): Promise<void> {
  const image = {
    name: 'app',
    tag: '1',
    digest,
    platform: { os: 'linux', architecture },
    entrypoint: ['/manager'],
    cmd: [],
  };
  await writeFile(join(folder, 'image/image.json'), JSON.stringify(image));
}

/** A fake registry that has every part and takes every image. @returns its address, and the images pushed to it */
async function fakeRegistry(): Promise<{ address: string; pushed: string[] }> {
  const pushed: string[] = [];
  const server = createServer(({ method, url = '' }, response) => {
    const [, name, tag] = /^\/v2\/(.*)\/manifests\/(.*)$/.exec(url) ?? [];
    if (method === 'PUT' && name) pushed.push(`${name}:${tag}`);
    response.writeHead(method === 'PUT' ? 201 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, pushed };
}

/** @param announced the registry that the fake API server announces */
async function fakeCluster({ announced, more = '', context = 'nx-kube-local-fake' }: { announced?: string; more?: string; context?: string } = {}) {
  const server = await fakeApiServer({
    request: (request, response) => {
      if (answerDiscovery(request, response)) return;
      const { url = '' } = request;
      const nodeInfo = { operatingSystem: 'linux', architecture: 'amd64' };
      if (url.includes('nodes')) return answer(response, 200, { metadata: {}, items: [{ status: { nodeInfo } }] });
      const data = { 'localRegistryHosting.v1': `host: "${announced}"\n${more}` };
      if (announced && url.includes('local-registry-hosting')) return answer(response, 200, { kind: 'ConfigMap', data });
      answer(response, 404, { kind: 'Status', reason: 'NotFound' });
    },
  });
  const kubeconfigPath = join(folder, 'kubeconfig');
  await writeFile(kubeconfigPath, kubeconfigFor(server.url, { context }));
  const cluster: Cluster = await connect({ kubeconfigPath });
  onTestFinished(async () => {
    await cluster.close();
    await server.close();
  });
  return cluster;
} // prettier-ignore

describe('deliverImages (with a fake API server and a fake registry)', () => {
  it('the image and the agent are pushed to the registry that the cluster announces', async () => {
    const { address, pushed } = await fakeRegistry();
    const delivered = await deliverImages(await fakeCluster({ announced: address }), deploy);
    expect(delivered.image).toEqual({ reference: `${address}/app:1`, entrypoint: ['/manager'], cmd: [] });
    expect([delivered.image.reference, delivered.agentImage].sort()).toEqual(
      pushed.map((image) => `${address}/${image}`).sort(),
    );
  });

  it('pods pull from the registry by the name that the container runtime knows', async () => {
    const { address, pushed } = await fakeRegistry();
    const more = 'hostFromContainerRuntime: "registry:5000"';
    const { image, agentImage } = await deliverImages(await fakeCluster({ announced: address, more }), deploy);
    expect(image.reference).toBe('registry:5000/app:1');
    expect(agentImage).toMatch(/^registry:5000\/nx-kube-agent:/);
    expect(pushed).toContain('app:1');
  });

  it('a reference has no scheme, and the tag holds the digest of the image', async () => {
    const { address } = await fakeRegistry();
    await writeImage('amd64', `sha256:${'ab'.repeat(32)}`);
    const { image } = await deliverImages(await fakeCluster(), { ...deploy, registry: `http://${address}/team/` });
    expect(image.reference).toBe(`${address}/team/app:1-abababababab`);
  });

  it.each([
    ['docker-desktop', 'docker load --input'],
    ['rancher-desktop', 'nerdctl --namespace k8s.io load --input'],
    ['kind-dev', 'kind load image-archive'],
  ])('a dry run says how images would get into %s, and does nothing', async (context, command) => {
    const messages: string[] = [];
    const onProgress = (message: string) => messages.push(message);
    const delivered = await deliverImages(await fakeCluster({ context }), deploy, { dryRun: true, onProgress });
    expect(delivered).toMatchObject({ source: 'node', image: { reference: 'app:1' } });
    expect(messages).toContainEqual(
      expect.stringContaining(`app:1 would be loaded into ${context}: ${command} ${join(deploy.image, 'image.tar')}`),
    );
  });

  it('the registry of the options wins over the one that the cluster announces', async () => {
    const { address, pushed } = await fakeRegistry();
    const cluster = await fakeCluster({ announced: '127.0.0.1:1' });
    const { image } = await deliverImages(cluster, { ...deploy, registry: address });
    expect(image.reference).toBe(`${address}/app:1`);
    expect(pushed).toHaveLength(2);
  });

  it('without the agent only the image is pushed', async () => {
    const { address, pushed } = await fakeRegistry();
    const cluster = await fakeCluster();
    const delivered = await deliverImages(cluster, { ...deploy, registry: address, agent: false });
    expect(delivered.agentImage).toBeUndefined();
    expect(pushed).toEqual(['app:1']);
  });

  it('a dry run returns the same references and pushes nothing', async () => {
    const { address, pushed } = await fakeRegistry();
    const cluster = await fakeCluster({ announced: address });
    const tried = await deliverImages(cluster, deploy, { dryRun: true });
    expect(pushed).toEqual([]);
    expect(tried).toEqual(await deliverImages(cluster, deploy));
  });

  it('without a registry the images are loaded into the nodes of a kind cluster', async () => {
    const calls = join(folder, 'calls');
    await mkdir(join(folder, 'bin'));
    await putProgram(join(folder, 'bin'), 'kind', `echo "$@" >> ${calls}\n`);
    vi.stubEnv('PATH', join(folder, 'bin'));
    const messages: string[] = [];
    const cluster = await fakeCluster({ context: 'kind-dev' });
    const delivered = await deliverImages(cluster, deploy, { onProgress: (message) => messages.push(message) });
    expect(delivered.image.reference).toBe('app:1');
    expect((await readFile(calls, 'utf8')).trim().split('\n').sort()).toEqual([
      `load image-archive ${join(deploy.image, 'image.tar')} --name dev`,
      expect.stringMatching(/^load image-archive .*agent-amd64.* --name dev$/),
    ]);
    expect(messages).toContain('loading the image into kind-dev');
  });

  it('without a registry and a way to load images, the error names the option that helps', async () => {
    await expect(deliverImages(await fakeCluster(), { ...deploy, agent: false })).rejects.toMatchObject({
      culprit: 'configuration',
      message: expect.stringContaining('nx-kube-local-fake'),
      next: expect.stringContaining('option "registry"'),
    });
  });

  it('an image that no node can run is refused before it is pushed', async () => {
    const { address, pushed } = await fakeRegistry();
    await writeImage('arm64');
    await expect(deliverImages(await fakeCluster({ announced: address }), deploy)).rejects.toMatchObject({
      message: expect.stringContaining('the image is for linux/arm64'),
    });
    expect(pushed).toEqual([]);
  });

  it('an image that is not built yet is an error with the target that builds it', async () => {
    await rm(join(deploy.image, 'image.json'));
    await expect(deliverImages(await fakeCluster(), deploy)).rejects.toMatchObject({
      culprit: 'configuration',
      next: expect.stringContaining('image-build'),
    });
  });
});
