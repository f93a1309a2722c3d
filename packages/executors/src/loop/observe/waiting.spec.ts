import { failureIsHarmless, type ObjectStatus } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoopEvent } from '../../events/events.js';
import { Waiting, type OnStatus } from './waiting.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refOf = (kind: string) => ({ apiVersion: 'apps/v1', kind, namespace: 'demo', name: 'app' });
const inProgress = (message: string): ObjectStatus => ({ status: 'InProgress', message });

function start() {
  const said: string[] = [];
  const waiting = new Waiting((event: LoopEvent) => event.type === 'waiting' && said.push(event.message));
  let onStatus!: OnStatus;
  let end!: () => void;
  const begin = () =>
    waiting.during((report) => {
      onStatus = report;
      return new Promise((resolve) => (end = resolve));
    });
  return { said, waiting, begin, report: (...args: Parameters<OnStatus>) => onStatus(...args), end: () => end() };
}

describe('Waiting', () => {
  it.each([
    ['StatefulSet', '0 of 1 replicas exist', '0 of 1 pods of StatefulSet/demo/app exist'],
    ['DaemonSet', '0 of 2 pods are available', '0 of 2 pods of DaemonSet/demo/app are available'],
    [
      'Deployment',
      '0 of 1 replicas are available: pods "app-" is forbidden: exceeded quota: q',
      '0 of 1 pods of Deployment/demo/app are available: pods "app-" is forbidden: exceeded quota: q',
    ],
    ['Job', 'it has not started yet', 'Job/demo/app: it has not started yet'],
  ])('a %s that does not get ready is reported after a while, and once', async (kind, message, text) => {
    const { said, begin, report } = start();
    begin().catch(failureIsHarmless);
    report(refOf(kind), inProgress(message));
    vi.advanceTimersByTime(4999);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([text]);
  });

  it('each change is reported, and nothing once the objects are ready or the wait has ended', async () => {
    const { said, begin, report, end } = start();
    const waited = begin();
    const ref = refOf('Deployment');
    report(ref, inProgress('0 of 2 replicas are ready'));
    vi.advanceTimersByTime(5000);
    report(ref, inProgress('1 of 2 replicas are ready'));
    vi.advanceTimersByTime(5000);
    report(ref, { status: 'Current', message: '2 of 2 replicas are ready' });
    vi.advanceTimersByTime(5000);
    end();
    await waited;
    report(ref, inProgress('0 of 2 replicas are ready'));
    vi.advanceTimersByTime(5000);
    expect(said).toEqual([
      '0 of 2 pods of Deployment/demo/app are ready',
      '1 of 2 pods of Deployment/demo/app are ready',
    ]);
  });

  it('the same wait is reported again after the objects were ready', async () => {
    const { said, begin, report, end } = start();
    for (let round = 0; round < 2; round += 1) {
      const waited = begin();
      report(refOf('StatefulSet'), inProgress('0 of 1 replicas are ready'));
      vi.advanceTimersByTime(5000);
      end();
      await waited;
    }
    expect(said).toHaveLength(2);
  });

  it('the same wait is reported again after another apply', async () => {
    const { said, waiting, begin, report } = start();
    for (let apply = 0; apply < 2; apply += 1) {
      waiting.reset();
      begin().catch(failureIsHarmless);
      report(refOf('StatefulSet'), inProgress('0 of 1 replicas are ready'));
      vi.advanceTimersByTime(5000);
    }
    expect(said).toHaveLength(2);
  });
});
