import { NxKubeError, type Unready } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry, LoopEvent } from '../../events/events.js';
import { Health } from './health.js';

/** The waits that have begun, each of which ends when the test says so. */
let waits: { ready: () => void; fail: (message: string) => void; signal: AbortSignal }[];
let said: string[];
let health: Health;

beforeEach(() => {
  vi.useFakeTimers();
  waits = [];
  said = [];
  health = new Health({
    wait: (_, signal) =>
      new Promise((resolve, reject) => {
        waits.push({ ready: resolve, fail: (message) => reject(new NxKubeError('cluster', message)), signal });
      }),
    emit: (event) => said.push(event.type === 'unhealthy' ? event.message : event.type),
    signal: new AbortController().signal,
  });
  health.onEvent({ type: 'pod', pod: 'p', state: 'connected', digest: 'old' });
});
afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);
const exited: LoopEvent = {
  type: 'process',
  pod: 'p',
  state: 'exited',
  message: 'exited with code 1',
  lastLines: ['panic'],
};
const crash = 'Pod/p: the process exited with code 1\n  panic';
const delivered: LoopEvent = {
  ...{ type: 'ledger', edit: 1, files: [] },
  entry: { target: 'go-build', outcome: 'delivered', timings: { total: 1 } } as Entry,
};

describe('Health', () => {
  it('what an apply leaves for later runs once its objects are ready, and before they count as healthy', async () => {
    health.onApplied([], async () => void said.push('pruned'));
    expect(said).toEqual([]);
    waits[0]!.ready();
    await settle();
    expect(said).toEqual(['pruned', 'healthy']);
  });

  it('a healthy last apply is reported once', async () => {
    health.onApplied([]);
    health.onApplied([]);
    expect(waits[0]!.signal.aborted).toBe(true);
    waits[0]!.ready();
    waits[1]!.ready();
    await settle();
    expect(said).toEqual(['healthy']);
  });

  it('a failed health check is repeated, and the same failure is reported once', async () => {
    health.onApplied([]);
    waits[0]!.fail('0 of 1 replicas are ready');
    await vi.advanceTimersByTimeAsync(5000);
    waits[1]!.fail('0 of 1 replicas are ready');
    await settle();
    health.onEvent({ type: 'cluster', state: 'reachable' });
    await settle();
    waits[2]!.ready();
    await settle();
    expect(said).toEqual(['0 of 1 replicas are ready.', 'healthy']);
  });

  it('the same failure is reported again after another apply, and after another delivery', async () => {
    const pulling = 'Pod/p is in ImagePullBackOff';
    health.onApplied([]);
    waits[0]!.fail(pulling);
    await settle();
    health.onApplied([]);
    waits[1]!.fail(pulling);
    await settle();
    health.onEvent({
      ...delivered,
      entry: { target: 'go-build', outcome: 'crashed', timings: { total: 1 }, pods: 1 },
    } as LoopEvent);
    await vi.advanceTimersByTimeAsync(5000);
    waits[2]!.fail(pulling);
    await settle();
    expect(said).toEqual([`${pulling}.`, `${pulling}.`, `${pulling}.`]);
  });

  it('the second crash in a row is reported, and health again when the process is ready', async () => {
    health.onApplied([]);
    waits[0]!.ready();
    await settle();
    health.onEvent(exited);
    health.onEvent(exited);
    await settle();
    health.onEvent({ type: 'process', pod: 'p', state: 'ready' });
    await settle();
    waits.at(-1)!.ready();
    await settle();
    expect(said).toEqual(['healthy', crash, 'healthy']);
  });

  it('further crashes for the same reason are not reported, although their times differ', async () => {
    health.onApplied([]);
    const crashAt = (second: number): LoopEvent => ({
      ...{ type: 'process', pod: 'p', state: 'exited', message: 'exited with code 1', pid: second },
      lastLines: [`{"level":"error","ts":"2026-11-27T12:00:0${second}Z","msg":"unable to start"}`],
    });
    [1, 2, 3, 4].forEach((second) => health.onEvent(crashAt(second)));
    await settle();
    expect(said).toHaveLength(1);
  });

  it('a crash that the agent repeats on reconnect counts once', async () => {
    health.onApplied([]);
    health.onEvent({ ...exited, pid: 7 } as LoopEvent);
    health.onEvent({ ...exited, pid: 7 } as LoopEvent);
    waits[0]!.ready();
    await settle();
    expect(said).toEqual(['healthy']);
  });

  it('after crashes, a ready pod status alone does not count as healthy until another binary is delivered', async () => {
    health.onApplied([]);
    waits[0]!.ready();
    await settle();
    health.onEvent(exited);
    health.onEvent(exited);
    await vi.advanceTimersByTimeAsync(6000);
    waits.at(-1)!.ready();
    await settle();
    expect(said).toEqual(['healthy', crash]);
    health.onEvent(delivered);
    await settle();
    waits.at(-1)!.ready();
    await settle();
    expect(said).toEqual(['healthy', crash, 'healthy']);
  });

  it('a process without a probe is healthy again when it has run for long enough after its crashes', async () => {
    health.onApplied([]);
    waits[0]!.ready();
    await settle();
    health.onEvent(exited);
    health.onEvent(exited);
    health.onEvent({ type: 'process', pod: 'p', state: 'started' });
    await vi.advanceTimersByTimeAsync(5000);
    waits.at(-1)!.ready();
    await vi.advanceTimersByTimeAsync(4999);
    expect(said).toEqual(['healthy', crash]);
    await vi.advanceTimersByTimeAsync(1);
    waits.at(-1)!.ready();
    await settle();
    expect(said).toEqual(['healthy', crash, 'healthy']);
  });

  it('a failure that was reported before the first apply does not outlast a healthy apply', async () => {
    health.onEvent(exited);
    health.onEvent(exited);
    health.onEvent({ type: 'process', pod: 'p', state: 'ready' });
    health.onApplied([]);
    waits[0]!.ready();
    await settle();
    expect(said).toEqual([crash, 'healthy']);
  });
});

describe('Health of objects that change after they were healthy', () => {
  const unready = (kind: string, status: Unready['status']['status'], message = '0 of 1 replicas are ready') => ({
    ref: { apiVersion: 'v1', kind, namespace: 'demo', name: 'app' },
    status: { status, message },
  });
  beforeEach(async () => {
    health.onApplied([]);
    waits[0]!.ready();
    await settle();
    said.splice(0);
  });

  it.each(['Deployment', 'ConfigMap', 'ServiceAccount'])('a deleted %s is reported at once', (kind) => {
    health.onUnready([unready(kind, 'NotFound')]);
    expect(said).toEqual([
      `${kind}/demo/app was deleted outside of the loop. The next edit, or \`trigger\`, applies what is missing.`,
    ]);
  });

  it('a deleted object that is there again makes the loop healthy again', async () => {
    health.onUnready([unready('ConfigMap', 'NotFound')]);
    waits.at(-1)!.ready();
    await settle();
    expect(said).toHaveLength(1);
    health.onUnready([]);
    await settle();
    waits.at(-1)!.ready();
    await settle();
    expect(said.slice(1)).toEqual(['healthy']);
  });

  it('an object that is not ready for a moment is not reported', async () => {
    health.onUnready([unready('Deployment', 'InProgress')]);
    await vi.advanceTimersByTimeAsync(9999);
    health.onUnready([]);
    waits.at(-1)!.ready();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual([]);
  });

  it('an object that stays not ready is reported, and again when it is ready', async () => {
    health.onUnready([unready('Deployment', 'InProgress')]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(said).toEqual(['Deployment/demo/app: 0 of 1 replicas are ready']);
    waits.at(-1)!.ready();
    await settle();
    expect(said.slice(1)).toEqual(['healthy']);
  });

  it('an object that cannot get ready is reported as soon as that is known', async () => {
    health.onUnready([unready('Deployment', 'InProgress')]);
    waits.at(-1)!.fail('Pod/p is in ImagePullBackOff');
    await settle();
    expect(said).toEqual(['Pod/p is in ImagePullBackOff.']);
  });
});

describe('Health with a binary', () => {
  const run = (outcome: Entry['outcome']): LoopEvent => ({
    ...{ type: 'ledger', edit: 0, files: [] },
    entry: { target: 'go-build', outcome, timings: { total: 1 } },
  });
  const current: LoopEvent = { type: 'pod', pod: 'p', state: 'current', digest: 'new' };
  let behind: string | undefined;
  const start = async () => {
    behind = 'Deployment/demo/app: 0 of 1 pods run the current binary';
    health = new Health({
      wait: () => Promise.resolve(),
      emit: (event) =>
        said.push(
          event.type === 'target' ? `${event.target} ${event.state}` : 'message' in event ? event.message! : event.type,
        ),
      signal: new AbortController().signal,
      binary: { target: 'go-build', behind: () => behind },
    });
    health.onEvent({ type: 'pod', pod: 'p', state: 'connected', digest: 'old' });
    health.onApplied([]);
    await settle();
  };

  it('nothing is healthy before the first binary runs', async () => {
    await start();
    expect(said).toEqual([]);
    behind = undefined;
    health.onEvent(current);
    await settle();
    expect(said).toEqual([]);
    health.onEvent(run('delivered'));
    await settle();
    expect(said).toEqual(['healthy']);
  });

  it('a new pod is healthy when it runs the current binary', async () => {
    await start();
    health.onEvent(run('delivered'));
    await settle();
    expect(said).toEqual([]);
    behind = undefined;
    health.onEvent(current);
    await settle();
    expect(said).toEqual(['healthy']);
  });

  it('pods that stay behind are reported with their number', async () => {
    await start();
    health.onEvent(run('delivered'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(said).toEqual(['Deployment/demo/app: 0 of 1 pods run the current binary']);
    behind = undefined;
    health.onEvent(current);
    await settle();
    expect(said.slice(1)).toEqual(['healthy']);
  });

  it('the pods are healthy with the binary that they have where the new one cannot be built', async () => {
    await start();
    health.onEvent(run('failed'));
    await settle();
    expect(said).toEqual(['healthy']);
  });

  it('a binary that crashed once counts as fixed when its process gets ready', async () => {
    await start();
    behind = undefined;
    health.onEvent(current);
    health.onEvent(exited);
    health.onEvent(run('crashed'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(said).toEqual([]);
    health.onEvent({ type: 'process', pod: 'p', state: 'started' });
    health.onEvent({ type: 'process', pod: 'p', state: 'ready' });
    await settle();
    expect(said).toEqual(['go-build ok', 'healthy']);
  });
});
