import { describe, expect, it } from 'vitest';
import { applyPatches, type Patch } from './patches.js';
import { configMap, deployment } from './workload.fixture.js';

const patched = (...patches: Patch[]) => applyPatches([deployment('a'), configMap], patches);
const container = (...patches: Patch[]) => patched(...patches)[0]!.spec.template.spec.containers[0];
const merge = (spec: Record<string, unknown>): Patch => ({
  target: { kind: 'Deployment' },
  merge: { spec: { template: { spec } } },
});

describe('applyPatches', () => {
  it('merges lists by their keys: a container by name, its environment by name', () => {
    const one = merge({ containers: [{ name: 'manager', env: [{ name: 'A', value: '1' }] }] });
    const two = merge({
      containers: [
        {
          name: 'manager',
          env: [
            { name: 'B', value: '2' },
            { name: 'A', value: '3' },
          ],
        },
      ],
    });
    expect(container(one, two)).toMatchObject({
      command: ['/manager'],
      env: [
        { name: 'A', value: '3' },
        { name: 'B', value: '2' },
      ],
    });
  });
  it('replaces other lists, and removes what is null', () => {
    const after = container(merge({ containers: [{ name: 'manager', args: ['--v=2'], resources: null }] }));
    expect(after.args).toEqual(['--v=2']);
    expect(after).not.toHaveProperty('resources');
  });
  it('adds and deletes elements', () => {
    const [object] = patched(
      merge({ containers: [{ name: 'sidecar', image: 'x' }] }),
      merge({ containers: [{ name: 'manager', $patch: 'delete' }] }),
    );
    expect(object!.spec.template.spec.containers).toEqual([{ name: 'sidecar', image: 'x' }]);
  });
  it('takes JSON patches', () =>
    expect(
      container({
        target: { name: 'a' },
        json: [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--v=2' }],
      }).args,
    ).toEqual(['--leader-elect', '--v=2']));
  it('leaves the objects it was given as they were', () => {
    const objects = [deployment('a')];
    applyPatches(objects, [{ target: {}, json: [{ op: 'remove', path: '/spec/template' }] }]);
    expect(objects).toEqual([deployment('a')]);
  });

  it.each<[Patch, string]>([
    [{ target: { kind: 'Service', name: 'x' }, merge: {} }, 'patches[0]: no object matches Service/x'],
    [{ target: {} }, 'patches[0] needs exactly one of "merge" and "json"'],
    [
      { target: { name: 'a' }, json: [{ op: 'remove', path: '/spec/nothing' }] },
      'patches[0].json[0]: remove /spec/nothing does not fit Deployment/demo/a',
    ],
  ])('refuses %j', (patch, message) => expect(() => patched(patch)).toThrow(message));
});
