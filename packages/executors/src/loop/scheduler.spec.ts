import { describe, expect, it } from 'vitest';
import { Scheduler } from './scheduler.js';
import type { LoopTarget } from './targets/loop-target.js';

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

describe('Scheduler', () => {
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
