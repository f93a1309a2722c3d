import { once } from 'node:events';
import { copyFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { agentBinary } from '../agent/binaries.js';
import { LocalAgent, scratch, script } from '../agent/local-agent.spec.fixture.js';
import { agentImage } from '../image/build/agent-image.js';
import { LocalPods } from '../pods/local-pods.fixture.js';
import type { PodEvent } from '../pods/pod-event.js';
import { prepare } from '../workload/mutate.js';
import { deliverImages } from './deliver-images.js';
import type { DeployOptions } from './deploy-options.js';
import { hotSwap } from './hot-swap.js';

/** The workload as it is rendered; it is ready when something listens at the port of its probe. */
const rendered = (port: number) => ({
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'app', namespace: 'ns' } },
  spec: {
    selector: { matchLabels: { app: 'app' } },
    template: {
      metadata: { labels: { app: 'app' } },
      spec: {
        containers: [{ name: 'manager', image: 'app', command: ['/app'], readinessProbe: { tcpSocket: { port } } }],
      },
    },
  },
});

/** A port at which something listens, for the agent runs on this machine. */
async function listen(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

interface Setup {
  pods: LocalPods;
  folder: string;
  /** Adds a pod of the workload, which runs the image's own binary. */
  add: (name: string) => Promise<LocalAgent>;
  swap: (binary: string) => Promise<{ pods: number; sentTo: number }>;
  events: PodEvent[];
}

/**
 * A project whose image is built, and whose workload is in the cluster with its image and agent where it is `deployed`.
 */
async function setUp({ deployed, port }: { deployed: boolean; port: number }): Promise<Setup> {
  const pods = await LocalPods.start();
  const folder = await scratch();
  const at = (name: string) => join(folder, name);
  const image = { name: 'app', tag: '1', platform: { os: 'linux', architecture: 'amd64' }, entrypoint: [], cmd: [] };
  await writeFile(at('image.json'), JSON.stringify(image));
  await writeFile(at('manifests.yaml'), JSON.stringify(rendered(port)));
  const { archive } = await agentImage({ binary: agentBinary('amd64'), architecture: 'amd64', directory: at('any') });
  const deploy: DeployOptions = {
    ...{ project: 'app', manifests: at('manifests.yaml'), image: folder, stateDirectory: at('state') },
    registry: new URL(pods.server.url).host,
  };
  await copyFile(archive, at('image.tar'));
  if (deployed) {
    const images = await deliverImages(pods.cluster, deploy);
    const { workload } = await prepare([rendered(port)], images, 'manifests.yaml');
    const counts = { replicas: 1, readyReplicas: 1, currentReplicas: 1, updatedReplicas: 1 };
    pods.workload = {
      ...workload,
      metadata: { ...workload.metadata, uid: 'app', generation: 1, resourceVersion: '1' },
      status: { observedGeneration: 1, currentRevision: 'new', updateRevision: 'new', ...counts },
    };
  }
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const events: PodEvent[] = [];
  const original = await script(folder, 'original');
  return {
    ...{ pods, folder, events },
    add: async (name) => {
      const agent = await LocalAgent.start('/bin/sh', original);
      await agent.wrote('this is original');
      pods.add(name, agent);
      return agent;
    },
    swap: (binary) =>
      hotSwap(pods.cluster, deploy, {
        ...{ binary, graceMs: 1000, timeoutMs: 10_000, signal: stop.signal },
        emit: (event) => events.push(event),
      }),
  };
}

describe('hotSwap (a fake API server and registry, real agents)', () => {
  it('a hot swap brings the binary to every pod, and restarts the same binary without sending it again', async () => {
    const { folder, add, swap, events } = await setUp({ deployed: true, port: await listen() });
    const agents = [await add('app-0'), await add('app-1')];
    const binary = await script(folder, 'next');
    expect(await swap(binary)).toEqual({ pods: 2, sentTo: 2 });
    await Promise.all(agents.map((agent) => agent.wrote('this is next')));
    events.length = 0;
    expect(await swap(binary)).toEqual({ pods: 2, sentTo: 0 });
    expect(events.filter((event) => event.type === 'process' && event.state === 'started')).toHaveLength(2);
  });

  it('a hot swap writes nothing to the cluster where the workload has its images already', async () => {
    const { pods, folder, add, swap } = await setUp({ deployed: true, port: await listen() });
    await add('app-0');
    await swap(await script(folder, 'next'));
    expect(pods.server.requests.filter((request) => /^(PATCH|POST|PUT|DELETE) \/api/.test(request))).toEqual([]);
  });

  it('a hot swap fails with the last lines of a new process that crashes', async () => {
    const { folder, add, swap } = await setUp({ deployed: true, port: 1 });
    await add('app-0');
    const binary = join(folder, 'crash');
    await writeFile(binary, "#!/bin/sh\necho 'panic: no configuration'\nexit 3\n");
    await expect(swap(binary)).rejects.toMatchObject({
      culprit: 'user-code',
      message: 'the new process exited with code 3\n  panic: no configuration',
    });
  });

  it('a hot swap fails with the next step where the workload is not in the cluster', async () => {
    const { folder, swap } = await setUp({ deployed: false, port: 1 });
    await expect(swap(await script(folder, 'next'))).rejects.toMatchObject({
      culprit: 'configuration',
      message: 'StatefulSet/ns/app is not in the cluster.',
      next: 'Run kustomize-apply or dev first.',
    });
  });

  it('a hot swap applies the workload first where it has another image', async () => {
    const { pods, folder, add, swap } = await setUp({ deployed: true, port: await listen() });
    await add('app-0');
    const { containers } = pods.workload!['spec'].template.spec as { containers: { image: string }[] };
    containers[0]!.image = 'registry/app:old';
    // The fake server refuses the write, which shows that it was asked for.
    await expect(swap(await script(folder, 'next'))).rejects.toThrow();
    expect(
      pods.server.requests.some((request) => request.startsWith('PATCH /apis/apps/v1/namespaces/ns/statefulsets/app')),
    ).toBe(true);
  });
});
