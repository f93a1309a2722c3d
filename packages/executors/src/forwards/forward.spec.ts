import type { KubeObject } from '@nx-kube/cluster';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeCluster } from '../deploy/fake-cluster.fixture.js';
import type { LoopEvent } from '../events/events.js';
import { startForward } from './forward.js';

type Forward = LoopEvent & { type: 'forward' };

const stop = new AbortController();
afterEach(() => {
  stop.abort();
  vi.restoreAllMocks();
});

const starting: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'demo', labels: { app: 'p' } } },
  status: { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }] },
};

describe('startForward', () => {
  it('a forward whose pod is just starting waits, and fails when the pod has not become ready for a minute', async () => {
    const { cluster, put } = await fakeCluster({ objects: [starting] });
    const events: Forward[] = [];
    let wake = () => {};
    const next = () => new Promise<void>((resolve) => (wake = resolve));
    const first = next();
    const target = { name: 'app=p:80', pods: { namespace: 'demo', labelSelector: 'app=p' }, port: 80, localPort: 0 };
    await startForward(
      cluster,
      { ...target, host: '127.0.0.1' },
      {
        emit: (event) => {
          events.push(event as Forward);
          wake();
        },
        signal: stop.signal,
      },
    );
    await first;
    const second = next();
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + 61_000);
    put(starting);
    await second;
    expect(events).toMatchObject([
      { state: 'failing', message: 'app=p:80 has no ready pod.', waits: true },
      { state: 'failing', message: 'app=p:80 has no ready pod.' },
    ]);
    expect(events[1]).not.toHaveProperty('waits');
  });
});
