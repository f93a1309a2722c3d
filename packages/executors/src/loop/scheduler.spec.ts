import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { Scheduler } from './scheduler.js';
import type { LoopTarget } from './targets/loop-target.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);

const targets = { goBuild: 'go', kustomizeBuild: 'yaml', imageBuild: 'image' };

/** A target whose content is made when a test says so. */
function heldTarget(target: string): { target: LoopTarget<void>; finish: () => void } {
  let finish!: () => void;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const make = async () => {
    await finished;
    return { ok: true as const, digest: '1', content: undefined };
  };
  return { target: { target, make, deliver: async () => ({ syncMs: 0 }) }, finish };
}

/** A scheduler whose manifests are refused until `isFixed`; `said` holds its events in words. */
function start({ waitsFor = {}, paused = false }: { waitsFor?: Record<string, string[]>; paused?: boolean } = {}) {
  const said: string[] = [];
  const emit = (event: LoopEvent) => {
    if (event.type === 'ledger')
      said.push(`${event.entry.target} ${event.entry.outcome}${event.retry ? ' again' : ''}`);
    if (event.type === 'target' && event.waitsFor) said.push(`${event.target} waits for ${event.waitsFor}`);
  };
  const stop = new AbortController();
  const scheduler = new Scheduler(
    {
      targets: { goBuild: 'go', kustomizeBuild: 'yaml', imageBuild: 'image' },
      modes: ['generate', 'go', 'yaml', 'image'].map((target) => [target, 'auto']),
      waitsFor: new Map(Object.entries(waitsFor)),
    },
    { emit, signal: stop.signal },
  );
  const cluster = { isFixed: false, applies: 0 };
  const target = (name: string, deliver = async () => ({ syncMs: 1 })): LoopTarget<unknown> => ({
    ...{ target: name, triesAgain: name === 'yaml', deliver },
    make: async () => ({ ok: true, digest: 'one', content: name }),
  });
  scheduler.add(target('generate'));
  scheduler.add(target('go'));
  scheduler.add(target('image'));
  scheduler.add(
    target('yaml', async () => {
      cluster.applies += 1;
      if (!cluster.isFixed) throw new Error('exceeded quota');
      return { syncMs: 1 };
    }),
  );
  if (paused) scheduler.on({ type: 'paused', targets: ['yaml'] });
  return { scheduler, said, cluster, stop };
}

describe('Scheduler', () => {
  it('a failed apply is tried again until its cause is gone', async () => {
    const { scheduler, said, cluster } = start();
    scheduler.on({ type: 'triggered', targets: ['yaml'] });
    await settle();
    await vi.advanceTimersByTimeAsync(3000);
    expect(cluster.applies).toBe(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(cluster.applies).toBe(2);
    cluster.isFixed = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(said).toEqual([
      ...['image waits for go and yaml', 'yaml failed', 'yaml failed again', 'yaml delivered again'],
    ]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(cluster.applies).toBe(3);
  });

  it('a paused target is not tried again before it is resumed', async () => {
    const { scheduler, cluster } = start({ paused: true });
    scheduler.on({ type: 'triggered', targets: ['yaml'] });
    await settle();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(cluster.applies).toBe(1);
    scheduler.on({ type: 'resumed', targets: ['yaml'] });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(cluster.applies).toBeGreaterThan(1);
  });

  it('nothing is tried again after the end of the loop', async () => {
    const { scheduler, cluster, stop } = start();
    scheduler.on({ type: 'triggered', targets: ['yaml'] });
    await settle();
    stop.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(cluster.applies).toBe(1);
  });

  it('a target that waits for another one of the same edit is reported with it, and so is the first image', async () => {
    const { scheduler, said, cluster } = start({ waitsFor: { go: ['generate'] } });
    cluster.isFixed = true;
    scheduler.on({ type: 'started' });
    expect(said).toEqual(['go waits for generate', 'image waits for go and yaml']);
    scheduler.on({ type: 'rendered' });
    expect(said.at(-1)).toBe('image waits for go');
    await settle();
    expect(said).toContain('go delivered');
  });

  it('targets are idle when each run of them has ended, also a run that waited for another', async () => {
    const { signal } = new AbortController();
    const waitsFor = new Map([['flux', ['secrets']]]);
    const modes = ['secrets', 'flux', 'yaml', 'go', 'image'].map((target): [string, 'auto'] => [target, 'auto']);
    const ended: string[] = [];
    const scheduler = new Scheduler(
      { targets, waitsFor, modes },
      { emit: (event) => event.type === 'ledger' && ended.push(event.entry.target), signal },
    );
    const [secrets, flux, ...others] = ['secrets', 'flux', 'yaml', 'go'].map(heldTarget);
    [secrets!, flux!, ...others].forEach(({ target }) => scheduler.add(target));
    expect(scheduler.isBusy(['flux'])).toBe(false);
    scheduler.on({ type: 'started' });
    expect(scheduler.isBusy(['flux'])).toBe(true);

    const idle = scheduler.idle(['secrets', 'flux'], signal);
    flux!.finish();
    secrets!.finish();
    await idle;
    expect(ended).toEqual(['secrets', 'flux']);
    expect(scheduler.isBusy(['yaml'])).toBe(true);
  });

  it('the signal ends the wait for idle targets', async () => {
    const stop = new AbortController();
    const scheduler = new Scheduler({ targets, modes: [['yaml', 'auto']] }, { emit: () => {}, signal: stop.signal });
    scheduler.add(heldTarget('yaml').target);
    scheduler.on({ type: 'started' });
    const idle = scheduler.idle(['yaml'], stop.signal);
    stop.abort();
    await idle;
    expect(scheduler.isBusy(['yaml'])).toBe(true);
  });
});
