import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { KubeObject } from '@nx-kube/cluster';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { realKustomize } from '../kustomize/kustomize.fixture.js';
import { applyPatches, type Patch } from './patches.js';
import { configMap, deployment } from './workload.fixture.js';

let env: Record<string, string>;
beforeAll(async () => {
  env = await realKustomize();
}, 600_000);
beforeEach(() => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

const gadget: KubeObject = {
  apiVersion: 'demo.io/v1',
  kind: 'Gadget',
  metadata: { name: 'g', namespace: 'demo', labels: { tier: 'back' }, annotations: { team: 'blue' } },
  spec: { size: 1, containers: [{ name: 'one', value: 1 }], options: { a: 1 } },
};
const patched = (...patches: Patch[]) => applyPatches([deployment('a'), configMap, gadget], patches);
const container = async (...patches: Patch[]) => (await patched(...patches))[0]!['spec'].template.spec.containers[0];
const specOfGadget = async (merge: Record<string, unknown>) =>
  (await patched({ target: { kind: 'Gadget' }, merge: { spec: merge } }))[2]!['spec'];
const merge = (spec: Record<string, unknown>): Patch => ({
  target: { kind: 'Deployment' },
  merge: { spec: { template: { spec } } },
});

describe('applyPatches', () => {
  it('containers and their environment are merged by name', async () => {
    const one = merge({ containers: [{ name: 'manager', env: [{ name: 'A', value: '1' }] }] });
    const env = [
      { name: 'B', value: '2' },
      { name: 'A', value: '3' },
    ];
    const two = merge({ containers: [{ name: 'manager', env }] });
    const after = await container(one, two);
    expect(after.command).toEqual(['/manager']);
    expect(after.env).toHaveLength(2);
    expect(after.env).toEqual(expect.arrayContaining(env));
  });
  it('ports with the same number are merged by number and protocol', async () => {
    const port = (protocol: string, more = {}) => ({ containerPort: 53, protocol, ...more });
    const one = merge({ containers: [{ name: 'manager', ports: [port('TCP'), port('UDP')] }] });
    const two = merge({ containers: [{ name: 'manager', ports: [port('UDP', { name: 'dns' })] }] });
    const { ports } = await container(one, two);
    expect(ports).toHaveLength(2);
    expect(ports).toEqual(expect.arrayContaining([port('TCP'), port('UDP', { name: 'dns' })]));
  });
  it('other lists are replaced, and null removes a field', async () => {
    const after = await container(merge({ containers: [{ name: 'manager', args: ['--v=2'], resources: null }] }));
    expect(after.args).toEqual(['--v=2']);
    expect(after).not.toHaveProperty('resources');
  });
  it('elements of a list are added and deleted', async () => {
    const [object] = await patched(
      merge({ containers: [{ name: 'sidecar', image: 'x' }] }),
      merge({ containers: [{ name: 'manager', $patch: 'delete' }] }),
    );
    expect(object!['spec'].template.spec.containers).toEqual([{ name: 'sidecar', image: 'x' }]);
  });
  it('a list and a map are replaced by $patch: replace, and a map is deleted by $patch: delete', async () => {
    const containers = [{ $patch: 'replace' }, { name: 'sidecar', image: 'x' }];
    const [object] = await patched(merge({ containers, securityContext: { $patch: 'replace', runAsUser: 1 } }));
    expect(object!['spec'].template.spec).toEqual({
      containers: [{ name: 'sidecar', image: 'x' }],
      securityContext: { runAsUser: 1 },
    });
    const [without] = await patched(merge({ securityContext: { $patch: 'delete' } }));
    expect(without!['spec'].template.spec).not.toHaveProperty('securityContext');
  });
  it('a patch deletes whole objects', async () => {
    const deleted = (target: Patch['target']) => patched({ target, merge: { $patch: 'delete' } });
    expect(await deleted({ kind: 'ConfigMap' })).toEqual([deployment('a'), gadget]);
    expect(await deleted({ kind: 'Gadget', name: 'g' })).toEqual([deployment('a'), configMap]);
    expect(await deleted({ namespace: 'demo' })).toEqual([]);
  });
  it('a custom resource is merged, and its lists are replaced', async () => {
    expect(await specOfGadget({ $patch: 'merge', options: { b: 2 }, containers: [{ name: 'two' }] })).toEqual({
      size: 1,
      containers: [{ name: 'two' }],
      options: { a: 1, b: 2 },
    });
    expect(await specOfGadget({ options: { $patch: 'replace', c: 3 } })).toMatchObject({ options: { c: 3 } });
  });
  it('kind, name and namespace of an object stay as they are', async () => {
    const merge = { kind: 'Other', metadata: { name: 'other', namespace: 'other' }, data: { b: '2' } };
    const [, object] = await patched({ target: { kind: 'ConfigMap' }, merge });
    expect(object).toEqual({ ...configMap, data: { a: '1', b: '2' } });
  });
  it.each<[Patch['target'], number]>([
    [{}, 3],
    [{ kind: 'ConfigMap|Gadget' }, 2],
    [{ name: 'sett' }, 0],
    [{ name: 'sett.*' }, 1],
    [{ group: 'demo.io', version: 'v1' }, 1],
    [{ labelSelector: 'tier in (back, front)' }, 1],
    [{ labelSelector: 'tier', annotationSelector: 'team=red' }, 0],
    [{ annotationSelector: 'team!=red', kind: 'Gadget' }, 1],
  ])('the target %j selects what kustomize selects', async (target, count) => {
    const result = await patched({ target, merge: { metadata: { labels: { seen: 'yes' } } } }).catch(() => []);
    expect(result.filter(({ metadata }) => metadata.labels?.['seen'])).toHaveLength(count);
  });
  it('a patch sees what earlier patches changed', async () => {
    const objects = await patched(
      { target: { kind: 'ConfigMap' }, merge: { metadata: { labels: { tier: 'front' } } } },
      { target: { labelSelector: 'tier' }, json: [{ op: 'add', path: '/spec', value: 1 }] },
    );
    expect(objects.slice(1).map(({ spec }) => spec)).toEqual([1, 1]);
  });
  it('a JSON patch is applied', async () => {
    const json = [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--v=2' }];
    expect((await container({ target: { name: 'a' }, json })).args).toEqual(['--leader-elect', '--v=2']);
  });
  it('the given objects stay the same, and no temporary folder stays behind', async () => {
    const objects = [deployment('a')];
    await applyPatches(objects, [
      { target: {}, merge: { spec: { replicas: 2 } } },
      { target: {}, json: [{ op: 'remove', path: '/spec/template' }] },
    ]);
    expect(objects).toEqual([deployment('a')]);
    const own = (await readdir(tmpdir())).filter((name) => name.startsWith(`nx-kube-patch-${process.pid}-`));
    expect(own).toEqual([]);
  });

  const image = { containers: [{ name: 'manager', image: 'controller:latest' }] };
  const json = (op: string, path: string, value?: unknown): Patch => ({
    target: { name: 'a' },
    json: [{ op, path, value }],
  });
  const onAll = (merge: Record<string, unknown>): Patch => ({ target: {}, merge });
  it.each<[Patch, string]>([
    [{ target: { kind: 'Service', name: 'x' }, merge: {} }, '"patches[0]": no object matches Service/x.'],
    [{ target: { labelSelector: 'a=b' }, merge: {} }, '"patches[0]": no object matches */*, labelSelector "a=b".'],
    [{ target: { kind: '(' }, merge: {} }, '"patches[0].target" is refused by kustomize: '],
    [{ target: {} }, '"patches[0]" needs exactly one of "merge" and "json".'],
    [onAll({}), '"patches[0]" changes nothing in Deployment/demo/a, ConfigMap/demo/settings, Gadget/demo/g.'],
    [merge(image), '"patches[0]" changes nothing in Deployment/demo/a.'],
    [merge({ containers: [{ name: 'x', $patch: 'delete' }] }), '"patches[0]" changes nothing in Deployment/demo/a.'],
    [merge({ nothing: null }), '"patches[0]" changes nothing in Deployment/demo/a.'],
    [json('test', '/kind', 'Deployment'), '"patches[0]" changes nothing in Deployment/demo/a.'],
    [json('replace', '/kind', 'Deployment'), '"patches[0]" changes nothing in Deployment/demo/a.'],
    [merge({ $patch: 'remove' }), '"patches[0].merge" is refused by kustomize: '],
    [
      merge({ '$setElementOrder/containers': [] }),
      '"patches[0].merge": kustomize does not know the directive $setElementOrder/containers.',
    ],
    [
      onAll({ metadata: { labels: { a: 'b' }, '$deleteFromPrimitiveList/finalizers': ['a'] } }),
      '"patches[0].merge": kustomize does not know the directive $deleteFromPrimitiveList/finalizers.',
    ],
    [onAll({ $patch: 'replace', spec: {} }), '"patches[0].merge": kustomize does not replace whole objects.'],
    [merge({ $retainKeys: [] }), '"patches[0].merge": kustomize does not know the directive $retainKeys.'],
    [
      { target: { kind: 'Gadget' }, merge: { spec: { containers: [{ name: 'one', $patch: 'delete' }] } } },
      '"patches[0].merge": kustomize does not apply "$patch" at this place.',
    ],
    [json('remove', '/spec/nothing'), '"patches[0].json[0]": remove /spec/nothing does not match Deployment/demo/a.'],
    [json('remove', 'spec'), '"patches[0].json[0]": remove spec does not match Deployment/demo/a.'],
    [json('remove', '/metadata'), '"patches[0].json" removes the identity of Deployment/demo/a.'],
  ])('the patch %j is refused', async (patch, message) => {
    await expect(patched(patch)).rejects.toMatchObject({
      culprit: 'configuration',
      message: expect.stringContaining(message),
    });
  });
});
