import type { ServerResponse } from 'node:http';
import { answer, fakeApiServer, type FakeApiServer } from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { refOf, type KubeObject } from '../object/kube-object.js';
import { waitReady } from './wait-ready.js';

let server: FakeApiServer;
let cluster: Cluster;

afterEach(async () => {
  await cluster.close();
  await server.close();
});

const kinds = {
  '/api/v1': { Pod: 'pods', Event: 'events', PersistentVolumeClaim: 'persistentvolumeclaims' },
  '/apis/apps/v1': { Deployment: 'deployments', ReplicaSet: 'replicasets', StatefulSet: 'statefulsets' },
};

/** Starts a server that holds objects and sends the test's changes to watches. */
async function start(objects: KubeObject[], timeoutMs = 25_000) {
  const plural = ({ kind }: KubeObject) => `${kind.toLowerCase()}s`;
  const watches: { kind: string; response: ServerResponse }[] = [];
  server = await fakeApiServer({
    request: (request, response) => {
      const path = request.url!.split('?')[0]!;
      const served = kinds[path as keyof typeof kinds];
      if (served) {
        const resources = Object.entries(served).map(([kind, name]) => ({ kind, name, namespaced: true, verbs: [] }));
        return answer(response, 200, { resources });
      }
      const [kind, name] = path.split('/namespaces/n/')[1]!.split('/');
      if (request.url!.includes('watch=true')) {
        response.flushHeaders();
        return void watches.push({ kind: kind!, response });
      }
      const items = objects.filter((object) => plural(object) === kind);
      if (!name) return answer(response, 200, { metadata: { resourceVersion: '100' }, items });
      answer(
        response,
        200,
        items.find(({ metadata }) => metadata.name === name),
      );
    },
  });
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  const seen: string[] = [];
  const outcome = waitReady(cluster, [refOf(objects[0]!)], {
    timeoutMs,
    onStatus: (_ref, { status, message }) => seen.push(`${status}: ${message}`),
  }).then(
    () => 'ready',
    (error: Error & { next?: string }) => `${error.message} → ${error.next}`,
  );
  let version = 100;
  return {
    outcome,
    seen,
    change: async (object: KubeObject) => {
      const watched = () => watches.filter(({ kind }) => kind === plural(object));
      await expect.poll(() => watched().length).toBeGreaterThan(0);
      const metadata = { ...object.metadata, resourceVersion: String((version += 1)) };
      for (const { response } of watched()) {
        response.write(`${JSON.stringify({ type: 'MODIFIED', object: { ...object, metadata } })}\n`);
      }
    },
  };
}

function object(apiVersion: string, kind: string, name: string, rest: Record<string, unknown>, owner?: string) {
  const ownerReferences = owner ? [{ apiVersion: 'x', kind: 'x', name: 'x', uid: owner, controller: true }] : [];
  const { metadata, ...body } = rest as { metadata?: object };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'n', uid: name, resourceVersion: '1', generation: 1, ownerReferences, ...metadata },
    ...body,
  } as KubeObject;
}

const selector = { matchLabels: { app: 'a' } };
const revision = { annotations: { 'deployment.kubernetes.io/revision': '1' } };
const full = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
const deployment = object('apps/v1', 'Deployment', 'd', {
  metadata: revision,
  spec: { replicas: 1, selector },
  status: { ...full, conditions: [{ type: 'Available', status: 'True' }] },
});
const replicaSet = object('apps/v1', 'ReplicaSet', 'rs', { metadata: revision }, 'd');

function pod(restartCount: number, state: object, phase = 'Running', name = 'p'): KubeObject {
  const containerStatuses = [{ name: 'c', restartCount, state }];
  return object('v1', 'Pod', name, { status: { phase, containerStatuses } }, 'rs');
}

const running = (msAgo: number) => ({ running: { startedAt: new Date(Date.now() - msAgo).toISOString() } });
const crashed = { terminated: { exitCode: 3, reason: 'Error' } };

describe('waitReady for a Deployment that still claims to be current (of a scripted server)', () => {
  it('a Deployment is not ready when its pod crashes again', async () => {
    const { outcome, seen, change } = await start([deployment, replicaSet, pod(1, running(0))]);
    await expect.poll(() => seen.at(-1)).toBe('InProgress: it has crashed, and runs again');
    await change(pod(1, crashed));
    expect(await outcome).toMatch(/container c of Pod\/n\/p has crashed 2 times \(last with exit code 3, Error\)/);
  });

  it.each([
    ['has crashed for the first time', crashed],
    ['waits to be started', { waiting: { reason: 'ContainerCreating' } }],
  ])('a Deployment is not ready while a container %s, and is ready once it has run', async (_what, state) => {
    const { outcome, seen, change } = await start([deployment, replicaSet, pod(0, state)]);
    await expect.poll(() => seen.at(-1)).toBe('InProgress: a container does not run');
    await change(pod(0, running(0)));
    expect(await outcome).toBe('ready');
  });

  it('a Deployment is ready despite an evicted pod', async () => {
    const evicted = pod(1, crashed, 'Failed', 'evicted');
    expect(await (await start([deployment, replicaSet, pod(0, running(0)), evicted])).outcome).toBe('ready');
  });
});

describe('waitReady for a claim (of a scripted server)', () => {
  const claim = object('v1', 'PersistentVolumeClaim', 'c', { spec: {}, status: { phase: 'Pending' } });
  const event = (reason: string) => object('v1', 'Event', 'e', { reason, involvedObject: { uid: 'c' } });

  it.each(['WaitForFirstConsumer', 'WaitForPodScheduled'])(
    'a claim is waited for until an event says that it is bound when a pod uses it: %s',
    async (reason) => {
      const { outcome, seen, change } = await start([claim]);
      await expect.poll(() => seen.at(-1)).toBe('InProgress: it is Pending, not yet Bound');
      await change(event(reason));
      expect(await outcome).toBe('ready');
      expect(seen.at(-1)).toBe('Current: it is bound when its first pod is scheduled');
    },
  );

  it('a claim that no driver binds is not ready', async () => {
    const { outcome, change } = await start([claim], 1000);
    await change(event('ProvisioningFailed'));
    expect(await outcome).toContain('PersistentVolumeClaim/n/c is not ready after 1 s: it is Pending, not yet Bound');
  });
});

describe('waitReady for a StatefulSet on its way to a new revision (of a scripted server)', () => {
  const statefulSet = object('apps/v1', 'StatefulSet', 's', {
    spec: { replicas: 1, selector },
    status: { observedGeneration: 1, replicas: 1, currentRevision: 'r1', updateRevision: 'r2' },
  });
  const podOf = (hash: string, rest: object = {}) =>
    object('v1', 'Pod', 's-0', { metadata: { labels: { 'controller-revision-hash': hash } }, ...rest }, 's');
  const refusal = object('v1', 'Event', 'e', { type: 'Warning', reason: 'FailedCreate', message: 'quota' });

  it('a StatefulSet is reported as held up by a broken pod of the former revision', async () => {
    const waiting = { name: 'c', restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    const { outcome } = await start([statefulSet, podOf('r1', { status: { containerStatuses: [waiting] } })]);
    expect(await outcome).toBe(
      'StatefulSet/n/s: container c of Pod/n/s-0 is in CrashLoopBackOff; it is of a former revision, and the StatefulSet ' +
        'waits for it before it goes on. → Delete Pod/n/s-0.',
    );
  });

  it('a StatefulSet does not fail for earlier events while the former pod ends', async () => {
    // Longer than the grace period of a refusal.
    const { outcome } = await start([statefulSet, podOf('r1'), refusal], 6_000);
    expect(await outcome).toMatch(/^StatefulSet\/n\/s is not ready after 6 s/);
  });

  it.each([
    ['the same event is repeated', [podOf('r1')]],
    ['it has no pod at all', []],
  ])('a StatefulSet fails when %s', async (_what, pods) => {
    const { outcome, change } = await start([statefulSet, ...pods, refusal]);
    if (pods.length > 0) await change(refusal);
    expect(await outcome).toMatch(/^StatefulSet\/n\/s cannot create pods: quota/);
  });
});
