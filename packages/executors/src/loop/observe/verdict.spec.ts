import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry, LoopEvent } from '../../events/events.js';
import { Verdict } from './verdict.js';

const ledger = (target: string, outcome: Entry['outcome'], message?: string): LoopEvent => ({
  type: 'ledger',
  edit: 0,
  files: [],
  entry: { target, outcome, message, timings: { total: 1 } },
});
const after = (...events: LoopEvent[]) => {
  const verdict = new Verdict(['a', 'b']);
  events.forEach((event) => verdict.onEvent(event));
  return Promise.race([verdict.reached.then(() => 'passed'), Promise.resolve().then(() => Promise.resolve('open'))]);
};

describe('Verdict', () => {
  it('the verdict passes once every target has delivered and the cluster is healthy, in any order', async () => {
    const verdict = new Verdict(['a', 'b']);
    verdict.onEvent({ type: 'healthy' });
    verdict.onEvent(ledger('a', 'delivered'));
    verdict.onEvent(ledger('b', 'unchanged'));
    await verdict.reached;
  });
  it('the verdict stays open until every target has delivered and the cluster is healthy', async () => {
    expect(await after(ledger('a', 'delivered'), ledger('b', 'delivered'))).toBe('open');
    expect(await after(ledger('a', 'delivered'), ledger('b', 'superseded'), { type: 'healthy' })).toBe('open');
  });
  it.each<[LoopEvent, string]>([
    [ledger('a', 'failed', 'main.go:1:1: no'), 'dev --once: a failed'],
    [ledger('a', 'crashed', 'exited with code 1'), 'dev --once: a crashed'],
    [{ type: 'unhealthy', message: 'Pod/d/p: ImagePullBackOff' }, 'dev --once: not healthy'],
  ])('the verdict fails with the name of what failed in %j', (event, message) =>
    expect(after(event)).rejects.toThrow(message),
  );
});

describe('Verdict: the time-out', () => {
  const reasonAfter = async (...events: LoopEvent[]) => {
    const verdict = new Verdict(['go-build', 'kustomize-build']);
    events.forEach((event) => verdict.onEvent(event));
    verdict.timeOut(300_000);
    return verdict.reached.then(
      () => 'passed',
      (error: Error) => error.message,
    );
  };
  const target = (name: string, waitsFor?: string): LoopEvent => ({
    ...{ type: 'target', target: name, state: waitsFor === undefined ? 'in_progress' : 'pending' },
    waitsFor,
  });

  it('the time-out names what the applied objects wait for', async () =>
    expect(
      await reasonAfter(
        ...[target('go-build'), target('kustomize-build')],
        ...[ledger('go-build', 'delivered'), ledger('kustomize-build', 'delivered')],
        { type: 'waiting', message: '0 of 1 pods of StatefulSet/d/s exist' },
      ),
    ).toBe('dev --once: not healthy after 300 s: 0 of 1 pods of StatefulSet/d/s exist.'));

  it('the time-out names each target that has not ended, and what it waits for', async () =>
    expect(await reasonAfter(target('go-build'), target('kustomize-build', 'image-build'), { type: 'healthy' })).toBe(
      'dev --once: not healthy after 300 s: go-build still runs; kustomize-build waits for image-build.',
    ));

  it('the time-out names a process that does not stay up', async () =>
    expect(
      await reasonAfter(
        { type: 'pod', pod: 'p', state: 'connected' },
        { type: 'process', pod: 'p', state: 'exited', message: 'exited with code 1' },
        ...[ledger('go-build', 'delivered'), ledger('kustomize-build', 'unchanged')],
        { type: 'healthy' },
      ),
    ).toBe('dev --once: not healthy after 300 s: Pod/p: the process exited with code 1.'));
});

describe('Verdict on a process that has no probe', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  const pod = (state: 'connected' | 'current', digest = 'new'): LoopEvent => ({ type: 'pod', pod: 'p', state, digest });
  const process = (state: 'started' | 'exited' | 'ready', pid: number): LoopEvent => ({
    ...{ type: 'process', pod: 'p', state, pid },
    ...(state === 'exited' && { message: 'exited with code 2' }),
  });
  const unhealthy: LoopEvent = { type: 'unhealthy', message: 'Pod/p: the process exited with code 2' };
  const well: LoopEvent[] = [ledger('a', 'delivered'), ledger('b', 'delivered'), { type: 'healthy' }];
  const judging = (...events: LoopEvent[]) => {
    const verdict = new Verdict(['a', 'b']);
    let said = 'open';
    verdict.reached.then(
      () => (said = 'passed'),
      (error: Error) => (said = error.message),
    );
    const after = async (ms: number, ...more: LoopEvent[]) => {
      await vi.advanceTimersByTimeAsync(ms);
      more.forEach((event) => verdict.onEvent(event));
      await vi.advanceTimersByTimeAsync(0);
      return said;
    };
    events.forEach((event) => verdict.onEvent(event));
    return after;
  };

  it('the verdict on a process without a probe passes when the process has run for a moment', async () => {
    const after = judging(pod('connected'), pod('current'), ...well);
    expect(await after(0)).toBe('open');
    expect(await after(1999)).toBe('open');
    expect(await after(1)).toBe('passed');
  });

  it('the verdict passes at once when the process is ready', async () =>
    expect(await judging(pod('connected'), pod('current'), process('ready', 1), ...well)(0)).toBe('passed'));

  it('the verdict stays open while the process is dead, and fails when the process crashes again', async () => {
    const after = judging(pod('connected'), pod('current'), ...well);
    expect(await after(100, process('exited', 1))).toBe('open');
    expect(await after(5000)).toBe('open');
    expect(await after(0, process('started', 2))).toBe('open');
    expect(await after(100, process('exited', 2))).toBe('dev --once: not healthy.');
  });

  it('the verdict ignores crashes of the previous binary', async () => {
    const dying = [
      pod('connected', 'old'),
      process('exited', 1),
      process('started', 2),
      process('exited', 2),
      unhealthy,
    ];
    const after = judging(...dying);
    expect(await after(0)).toBe('open');
    expect(await after(0, process('started', 3), pod('current'), ...well)).toBe('open');
    expect(await after(2000)).toBe('passed');
  });
});
