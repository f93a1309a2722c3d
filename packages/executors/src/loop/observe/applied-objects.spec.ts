import type { Ref, Unready } from '@nx-kube/cluster';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppliedObjects } from './applied-objects.js';

const ref: Ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'demo', name: 'app' };
const gone: Unready = { ref, status: { status: 'NotFound', message: 'it does not exist' } };

let watches: { refs: readonly Ref[]; onChange: (unready: Unready[]) => void; signal: AbortSignal }[];
let said: [number, string[]][];
let objects: AppliedObjects;

beforeEach(() => {
  watches = [];
  said = [];
  objects = new AppliedObjects({
    watch: (refs, onChange, signal) => void watches.push({ refs, onChange, signal }),
    onChange: (unready, lost) => said.push([unready.length, lost]),
    signal: new AbortController().signal,
  });
});

describe('AppliedObjects', () => {
  it('an object that is gone is reported with the target that applied it', () => {
    objects.onApplied('secrets', [ref]);
    objects.onApplied('kustomize-build', []);
    watches[0]!.onChange([gone]);
    expect(said).toEqual([[1, ['secrets']]]);
    watches[0]!.onChange([]);
    expect(said.at(-1)).toEqual([0, []]);
  });

  it('an object that a delivery deletes and creates again is not reported', async () => {
    objects.onApplied('kustomize-build', [ref]);
    await objects.during('kustomize-build', async () => {
      watches[0]!.onChange([gone]);
      watches[0]!.onChange([]);
      expect(said).toEqual([]);
    });
    expect(said).toEqual([[0, []]]);
  });

  it('an object that is gone after a failed delivery is reported', async () => {
    objects.onApplied('kustomize-build', [ref]);
    const failing = objects.during('kustomize-build', async () => {
      watches[0]!.onChange([gone]);
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(said).toEqual([[1, ['kustomize-build']]]);
  });

  it('the objects of a new delivery take the place of those of the one before', () => {
    objects.onApplied('kustomize-build', [ref]);
    objects.onApplied('kustomize-build', []);
    expect(watches[0]!.signal.aborted).toBe(true);
    expect(watches[1]!.signal.aborted).toBe(false);
  });
});
