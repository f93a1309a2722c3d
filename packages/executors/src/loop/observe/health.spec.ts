import { NxKubeError } from '@nx-kube/cluster';
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
});
