import type { Ref, Unready } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { goneObjects, targetsWithGone } from './unready.js';

const next = ' The next edit, or `trigger`, applies what is missing.';
const one = (ref: Partial<Ref> & { kind: string; name: string }, status: Unready['status']['status']): Unready => ({
  ref: { apiVersion: 'v1', ...ref },
  status: { status, message: '' },
});

describe('goneObjects', () => {
  it('nothing is said of objects that are only not ready', () =>
    expect(goneObjects([one({ kind: 'Deployment', name: 'a' }, 'InProgress')])).toBeUndefined());

  it('a namespace that is being deleted stands for what was in it', () =>
    expect(
      goneObjects([
        one({ kind: 'Secret', namespace: 'demo', name: 'a' }, 'NotFound'),
        one({ kind: 'Namespace', name: 'demo' }, 'Terminating'),
      ]),
    ).toBe(`Namespace/demo is being deleted outside of the loop.${next}`));

  it('three objects are named, and the others are counted', () => {
    const gone = ['a', 'b', 'c', 'd', 'e'].map((name) => one({ kind: 'ConfigMap', namespace: 'n', name }, 'NotFound'));
    expect(goneObjects(gone.slice(0, 4))).toMatch(/^ConfigMap\/n\/a was deleted .*, 1 more object\. /);
    expect(goneObjects(gone)).toContain('ConfigMap/n/c was deleted outside of the loop, 2 more objects.');
  });
});

describe('targetsWithGone', () => {
  it('only targets whose objects are gone have lost something', () => {
    const unready = new Map([
      ['secrets', [one({ kind: 'Secret', name: 'a' }, 'NotFound')]],
      ['kustomize-build', [one({ kind: 'Deployment', name: 'a' }, 'InProgress')]],
    ]);
    expect(targetsWithGone(unready)).toEqual(['secrets']);
  });
});
