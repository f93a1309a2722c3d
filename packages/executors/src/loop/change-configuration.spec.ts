import { NxKubeError } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { changeConfiguration } from './change-configuration.js';
import type { LoopOptions } from './options.js';

const options = {
  deploy: {},
  targets: { goBuild: 'go-build', kustomizeBuild: 'kustomize-build', imageBuild: 'image-build' },
  inputs: new Map([['go-build', { include: ['a/**/*.go'], exclude: [] }]]),
  goBuild: { ldflags: '-s' },
} as unknown as LoopOptions;

async function change(read: () => Promise<{ options: LoopOptions; changed: string[]; anew: boolean }>) {
  const events: LoopEvent[] = [];
  let taken: { inputs: unknown; targets: string[] } | undefined;
  let anew = false;
  await changeConfiguration({
    configuration: { paths: [], read },
    current: () => options,
    takeOver: (next, targets) => {
      taken = { inputs: next.inputs, targets };
      return Promise.resolve();
    },
    onAnew: () => (anew = true),
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
  });
  return {
    events: events.filter(({ type }) => type !== 'target'),
    failures: events.filter((event) => event.type === 'target' && event.state === 'error'),
    taken,
    anew,
  };
}

describe('changeConfiguration', () => {
  it('other inputs are taken over without another loop', async () => {
    const inputs = new Map([['go-build', { include: ['a/**/*.go', 'lib/**/*.go'], exclude: [] }]]);
    const { events, taken, anew } = await change(() =>
      Promise.resolve({ options: { ...options, inputs }, changed: [], anew: false }),
    );
    expect({ events, taken, anew }).toEqual({ events: [], taken: { inputs, targets: [] }, anew: false });
  });

  it('nothing happens without a change', async () => {
    const { events, taken, anew } = await change(() =>
      Promise.resolve({ options: { ...options }, changed: [], anew: false }),
    );
    expect({ events, taken, anew }).toEqual({ events: [], taken: undefined, anew: false });
  });

  it('an option of a target that runs through Nx makes the target run, and is reported', async () => {
    const { events, taken } = await change(() =>
      Promise.resolve({ options: { ...options }, changed: ['image-build.user'], anew: false }),
    );
    expect(events).toEqual([{ type: 'settings', options: ['image-build.user'], anew: false }]);
    expect(taken?.targets).toEqual(['image-build']);
  });

  it('an option that the loop cannot take over requires a new loop', async () => {
    const goBuild = { ldflags: '' } as unknown as LoopOptions['goBuild'];
    const { events, taken, anew } = await change(() =>
      Promise.resolve({ options: { ...options, goBuild }, changed: ['go-build.ldflags'], anew: false }),
    );
    expect({ events, taken, anew }).toEqual({
      events: [{ type: 'settings', options: ['go-build.ldflags'], anew: true }],
      taken: undefined,
      anew: true,
    });
  });

  it('a target that is no longer cached is reported', async () => {
    const notCached = new Map([['go-build', 'go-build is not cached: …']]);
    const { events } = await change(() =>
      Promise.resolve({ options: { ...options, notCached }, changed: [], anew: false }),
    );
    expect(events).toEqual([{ type: 'notice', target: 'go-build', message: 'go-build is not cached: …' }]);
  });

  it('a configuration that Nx cannot read is reported, and the loop keeps its own', async () => {
    const { failures, taken, anew } = await change(() =>
      Promise.reject(new NxKubeError('configuration', 'project.json: no.', { next: 'Fix it.' })),
    );
    expect(failures).toEqual([
      { type: 'target', target: 'nx', state: 'error', message: 'project.json: no.\n  → Fix it.' },
    ]);
    expect({ taken, anew }).toEqual({ taken: undefined, anew: false });
  });
});
