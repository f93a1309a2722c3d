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
  it('containers and their environment are merged by name', () => {
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
  it('other lists are replaced, and null removes a field', () => {
    const after = container(merge({ containers: [{ name: 'manager', args: ['--v=2'], resources: null }] }));
    expect(after.args).toEqual(['--v=2']);
    expect(after).not.toHaveProperty('resources');
  });
  it('elements of a list are added and deleted', () => {
    const [object] = patched(
      merge({ containers: [{ name: 'sidecar', image: 'x' }] }),
      merge({ containers: [{ name: 'manager', $patch: 'delete' }] }),
    );
    expect(object!.spec.template.spec.containers).toEqual([{ name: 'sidecar', image: 'x' }]);
  });
  it('a JSON patch is applied', () =>
    expect(
      container({
        target: { name: 'a' },
        json: [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--v=2' }],
      }).args,
    ).toEqual(['--leader-elect', '--v=2']));
  it('the given objects stay the same', () => {
    const objects = [deployment('a')];
    applyPatches(objects, [{ target: {}, json: [{ op: 'remove', path: '/spec/template' }] }]);
    expect(objects).toEqual([deployment('a')]);
  });

  it.each<[Patch, string]>([
    [{ target: { kind: 'Service', name: 'x' }, merge: {} }, '"patches[0]": no object matches Service/x.'],
    [{ target: {} }, '"patches[0]" needs exactly one of "merge" and "json".'],
    [
      { target: { name: 'a' }, json: [{ op: 'remove', path: '/spec/nothing' }] },
      '"patches[0].json[0]": remove /spec/nothing does not match Deployment/demo/a.',
    ],
  ])('the patch %j is refused', (patch, message) => expect(() => patched(patch)).toThrow(message));
});
