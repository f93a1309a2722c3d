import { connect, create, patch, read, remove, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LoopEvent } from '../loop/events.js';
import { Leadership } from './leadership.js';

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

/** The Lease as a process in a pod has it since `acquired`. */
const heldBy = (holderIdentity: string, acquired = started): KubeObject => ({
  apiVersion: ref.apiVersion,
  kind: ref.kind,
  metadata: { name: ref.name, namespace },
  spec: { holderIdentity, acquireTime: time(acquired), leaseDurationSeconds: 15 },
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

describe('who leads', () => {
  it('is told with the time it took, where the former process gave the Lease back', async () => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second));
    const leadership = follow();
    await write(heldBy(''));
    leadership.onStarted({ pod: 'pod-a', startedAt: started, fresh: true });
    await write(heldBy('pod-a_2', started + 2 * second));
    expect(await next()).toEqual({
      ...{ type: 'lease', state: 'leads', lease: name, pod: 'pod-a', ms: 2000 },
      former: 'given-back',
    });
  });

  it('is waited for where the former process did not, which is said at once', async () => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second));
    const leadership = follow();
    await leadership.synced;
    leadership.onStarted({ pod: 'pod-a', startedAt: started, fresh: true });
    expect(await next()).toEqual({ type: 'lease', state: 'waiting', lease: name, pod: 'pod-a' });
    await write(heldBy('pod-a_2', started + 16 * second));
    expect(await next()).toMatchObject({ state: 'leads', pod: 'pod-a', ms: 16_000, former: 'expired' });
  });

  it('need not be waited for where the loop is to release it: only what a process that is gone has', async () => {
    await create(cluster, heldBy('pod-a_1', started - 60 * second));
    const leadership = follow(true);
    await leadership.synced;
    leadership.onStarted({ pod: 'pod-b', startedAt: started, fresh: true });
    leadership.onStarted({ pod: 'pod-a', startedAt: started - 90 * second, fresh: false });
    expect((await read(cluster, ref))!['spec'].holderIdentity).toBe('pod-a_1');

    leadership.onStarted({ pod: 'pod-a', startedAt: started, fresh: true });
    while ((await read(cluster, ref))!['spec'].holderIdentity) await Promise.resolve();
    await write(heldBy('pod-a_2', started + 2 * second));
    expect(await next()).toMatchObject({ state: 'leads', pod: 'pod-a', ms: 2000, former: 'released' });
  });

  it('is no news where the process led already when it was met, nor of one on standby', async () => {
    await create(cluster, heldBy('pod-a_1', started + second));
    const leadership = follow();
    await leadership.synced;
    leadership.onStarted({ pod: 'pod-a', startedAt: started, fresh: false });
    leadership.onStarted({ pod: 'pod-b', startedAt: started, fresh: true });
    await write(heldBy('pod-b_1', started + 3600 * second));
    // Comes last, so that nothing was said of the ones before.
    leadership.onStarted({ pod: 'pod-c', startedAt: started, fresh: true });
    await write(heldBy('pod-c_1', started + 4000 * second));
    expect(await next()).toMatchObject({ state: 'leads', pod: 'pod-c' });
  });
});
