import { connect, create, patch, read, remove, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { Leadership, type StartedProcess } from './leadership.js';

type LeaseEvent = LoopEvent & { type: 'lease' };

const namespace = 'nx-kube-leadership';
const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'manager' };
const name = `Lease/${namespace}/manager`;
const second = 1000;
const started = Date.parse('2026-01-02T03:04:05Z');
const time = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');

let cluster: Cluster;
let stop: AbortController;
let events: LeaseEvent[];
let wake: () => void;

beforeAll(async () => {
  cluster = await connect();
  await create(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});
afterEach(async () => {
  stop.abort();
  await remove(cluster, ref);
});
afterAll(async () => {
  await remove(cluster, { apiVersion: 'v1', kind: 'Namespace', name: namespace });
  await cluster.close();
});

/** The Lease as a process in a pod writes it, acquired and renewed at these times (ms since the epoch). */
const heldBy = (holderIdentity: string, acquired = started, renewed = acquired): KubeObject => ({
  apiVersion: ref.apiVersion,
  kind: ref.kind,
  metadata: { name: ref.name, namespace },
  spec: { holderIdentity, acquireTime: time(acquired), renewTime: time(renewed), leaseDurationSeconds: 15 },
});
const process = (pod: string, startedAt: number, more: Partial<StartedProcess> = {}): StartedProcess => ({
  ...{ pod, container: `run of ${pod}`, alone: true, startedAt, fresh: true },
  ...more,
});
const write = (lease: KubeObject) => patch(cluster, ref, { spec: lease['spec'] });

function follow(release = false): Leadership {
  stop = new AbortController();
  events = [];
  const emit = (event: LoopEvent) => {
    events.push(event as LeaseEvent);
    wake?.();
  };
  return new Leadership({ cluster, namespace, release, emit, signal: stop.signal });
}
async function next(): Promise<LeaseEvent> {
  while (!events.length) await new Promise<void>((resolve) => (wake = resolve));
  return events.shift()!;
}

describe('Leadership', () => {
  it('a new leader is reported with its time after the former process gave the Lease back', async () => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second));
    const leadership = follow();
    await write(heldBy(''));
    leadership.onStarted(process('pod-a', started));
    await write(heldBy('pod-a_2', started + 2 * second));
    expect(await next()).toEqual({
      ...{ type: 'lease', state: 'leads', lease: name, pod: 'pod-a', ms: 2000 },
      former: 'given-back',
    });
  });

  it('the wait for an expiry is reported at once when the former process kept the Lease', async () => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second));
    const leadership = follow();
    await leadership.synced;
    leadership.onStarted(process('pod-a', started));
    expect(await next()).toEqual({ type: 'lease', state: 'waiting', lease: name, pod: 'pod-a' });
    await write(heldBy('pod-a_2', started + 16 * second));
    expect(await next()).toMatchObject({ state: 'leads', pod: 'pod-a', ms: 16_000, former: 'expired' });
  });

  it('the Lease of a former process is released on request', async () => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second));
    const leadership = follow(true);
    await leadership.synced;
    leadership.onStarted(process('pod-a', started - 90 * second, { fresh: false }));
    expect((await read(cluster, ref))!['spec'].holderIdentity).toBe('pod-a_1');
    leadership.onStarted(process('pod-a', started));
    while ((await read(cluster, ref))!['spec'].holderIdentity) await Promise.resolve();
    await write(heldBy('pod-a_2', started + 2 * second));
    expect(await next()).toMatchObject({ state: 'leads', pod: 'pod-a', ms: 2000, former: 'released' });
  });

  it.each([
    ['whose former process was never observed', [process('pod-a', started)]],
    [
      'in which another container may hold it',
      [
        process('pod-a', started - 90 * second, { alone: false, fresh: false }),
        process('pod-a', started, { alone: false }),
      ],
    ],
    ['that has the name of a former pod', [-30, 0].map((s) => process('pod-a', started + s * second))],
    [
      'whose container has restarted',
      [
        process('pod-a', started - 90 * second, { container: 'run before', fresh: false }),
        process('pod-a', started, { fresh: false }),
      ],
    ],
  ])('the Lease is not released in a pod %s', async (_, processes) => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second));
    const leadership = follow(true);
    await leadership.synced;
    processes.forEach((one) => leadership.onStarted(one));
    expect(await next()).toMatchObject({ state: 'waiting', pod: 'pod-a' });
    expect((await read(cluster, ref))!['spec'].holderIdentity).toBe('pod-a_1');
  });

  it('no wait is reported for a holder that has renewed the Lease since', async () => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second, started + second));
    const leadership = follow(true);
    await leadership.synced;
    leadership.onStarted(process('pod-a', started - 90 * second, { fresh: false }));
    leadership.onStarted(process('pod-a', started));
    leadership.onStarted(process('pod-b', started));
    await write(heldBy('pod-b_1', started + 20 * second));
    expect(await next()).toMatchObject({ state: 'leads' });
  });

  it('a process that led already, or is on standby, is not reported', async () => {
    await create(cluster, heldBy('pod-a_1', started + second));
    const leadership = follow();
    await leadership.synced;
    leadership.onStarted(process('pod-a', started, { fresh: false }));
    leadership.onStarted(process('pod-b', started));
    leadership.onStarted(process('pod-a', started + 2 * second));
    expect(await next()).toMatchObject({ state: 'waiting', pod: 'pod-a' });
    await write(heldBy('pod-b_1', started + 3600 * second));
    await write(heldBy('pod-a_2', started + 4000 * second));
    expect(await next()).toMatchObject({ state: 'leads', pod: 'pod-a' });
  });
});
