import { describe, expect, it } from 'vitest';
import type { Entry, LoopEvent } from './events.js';
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
  it('passes once every target has delivered and the cluster is healthy, in whatever order', async () => {
    const verdict = new Verdict(['a', 'b']);
    verdict.onEvent({ type: 'healthy' });
    verdict.onEvent(ledger('a', 'delivered'));
    verdict.onEvent(ledger('b', 'unchanged'));
    await verdict.reached;
  });
  it('stays open until then', async () => {
    expect(await after(ledger('a', 'delivered'), ledger('b', 'delivered'))).toBe('open');
    expect(await after(ledger('a', 'delivered'), ledger('b', 'superseded'), { type: 'healthy' })).toBe('open');
  });
  it.each<[LoopEvent, string]>([
    [ledger('a', 'failed', 'main.go:1:1: no'), 'dev --once: a failed'],
    [ledger('a', 'crashed', 'exited with code 1'), 'dev --once: a crashed'],
    [{ type: 'unhealthy', message: 'Pod/d/p: ImagePullBackOff' }, 'dev --once: not healthy'],
  ])('fails with what failed, for the reason has been told: %j', (event, message) =>
    expect(after(event)).rejects.toThrow(message),
  );
});
