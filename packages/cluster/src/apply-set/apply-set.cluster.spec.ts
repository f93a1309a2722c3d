import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { spyOnWrites } from '@nx-kube/testing/cluster/spy.js';
import { describe, expect, it } from 'vitest';
import { create, list, patch, read, remove } from '../api/objects.js';
import { NxKubeError } from '../errors.js';
import { refOf, subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { parseManifests } from '../object/manifests.js';
import { applySet, findSet, plannedPrune, pruneSet, type ApplySetOptions } from './apply-set.js';
import { membersOf } from './members.js';
import { removeSet } from './remove-set.js';

const test = useCluster('apply-set');

function configMap(name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: test.namespace }, data };
}

function serviceAccount(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: test.namespace } };
}

function set(name: string) {
  return { name, namespace: test.namespace };
}

async function actions(name: string, objects: KubeObject[], options: ApplySetOptions = {}): Promise<string[]> {
  const changes = await applySet(test.cluster, set(name), objects, options);
  return changes.map((change) => `${change.action} ${change.ref.kind}/${change.ref.name}`);
}

async function annotations(name: string): Promise<Record<string, string>> {
  const parent = await read(test.cluster, parentRef(name));
  return parent!.metadata.annotations!;
}

function parentRef(name: string): Ref {
  return { apiVersion: 'v1', kind: 'Secret', ...set(name) };
}

async function exists(object: KubeObject): Promise<boolean> {
  return (await read(test.cluster, refOf(object))) !== undefined;
}

async function rejection(promise: Promise<unknown>): Promise<NxKubeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NxKubeError);
  return error as NxKubeError;
}

describe('applySet', () => {
  it('applySet prunes objects that left the set, also when it lost the last of their kind, and keeps an exact record', async () => {
    expect(await actions('prune', [configMap('p1'), serviceAccount('p1')])).toEqual([
      'created ConfigMap/p1',
      'created ServiceAccount/p1',
    ]);
    expect(await annotations('prune')).toMatchObject({
      'applyset.kubernetes.io/tooling': expect.stringMatching(/^nx-kube\/v\d+\.\d+\.\d+/) as string,
      'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap,ServiceAccount',
      'applyset.kubernetes.io/additional-namespaces': '',
    });
    const bystander = configMap('not-of-the-set');
    await create(test.cluster, bystander);

    expect(await actions('prune', [configMap('p1')])).toEqual(['unchanged ConfigMap/p1', 'pruned ServiceAccount/p1']);
    expect((await annotations('prune'))['applyset.kubernetes.io/contains-group-kinds']).toBe('ConfigMap');
    expect(await exists(serviceAccount('p1'))).toBe(false);
    expect(await exists(bystander)).toBe(true);
  });

  it('applySet prunes a renamed object under its old name', async () => {
    await actions('rename', [configMap('old-name', { a: '1' })]);
    expect(await plannedPrune(test.cluster, set('rename'), [configMap('new-name')])).toMatchObject([
      { name: 'old-name' },
    ]);
    expect(await actions('rename', [configMap('new-name', { a: '1' })], { dryRun: true })).toEqual([
      'created ConfigMap/new-name',
      'pruned ConfigMap/old-name',
    ]);
    expect(await exists(configMap('old-name'))).toBe(true);
    expect(await actions('rename', [configMap('new-name', { a: '1' })])).toEqual([
      'created ConfigMap/new-name',
      'pruned ConfigMap/old-name',
    ]);
    expect(await exists(configMap('old-name'))).toBe(false);
  });

  it('an unchanged set costs no write', async () => {
    const objects = [configMap('u1', { a: '1' }), configMap('u2'), serviceAccount('u1')];
    await actions('unchanged', objects);
    const { cluster, writes } = spyOnWrites(test.cluster);
    const changes = await applySet(cluster, set('unchanged'), objects);
    expect(changes.map(({ action }) => action)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(writes).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'a run that is interrupted at its write number %i is finished by the next run',
    async (stopAt) => {
      const name = `cut-${stopAt}`;
      const before = [configMap(`${name}-a`), serviceAccount(`${name}-goes`), configMap(`${name}-goes`)];
      const after = [
        configMap(`${name}-a`, { now: 'changed' }),
        configMap(`${name}-new`),
        { ...configMap(`${name}-role`), apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', data: undefined },
      ].map((object) => JSON.parse(JSON.stringify(object)) as KubeObject);
      await actions(name, before);

      let writes = 0;
      const { cluster } = spyOnWrites(test.cluster);
      const dying: typeof cluster = {
        ...cluster,
        request: (call) => {
          if (call.method !== 'GET' && ++writes >= stopAt) return Promise.reject(new Error('the process is gone'));
          return cluster.request(call);
        },
      };
      // At most eight writes: two of the parent, three objects, two deletions.
      const outcome = await applySet(dying, set(name), after, { concurrency: 1 }).catch(
        (error: Error) => error.message,
      );
      if (stopAt <= 7) expect(outcome).toBe('the process is gone');

      await applySet(test.cluster, set(name), after);
      const members = await membersOf(test.cluster, set(name));
      expect(members.map(({ ref }) => subject(ref)).sort()).toEqual(after.map(subject).sort());
      expect((await annotations(name))['applyset.kubernetes.io/contains-group-kinds']).toBe(
        'ConfigMap,Role.rbac.authorization.k8s.io',
      );
      for (const gone of before.slice(1)) expect(await exists(gone)).toBe(false);
    },
  );

  it('applySet prunes nothing after a failed apply', async () => {
    await actions('failed', [configMap('f1'), configMap('f2')]);
    const bad = { ...configMap('f3'), data: { 'not a key': 'x' } };
    await rejection(applySet(test.cluster, set('failed'), [configMap('f1'), bad]));
    expect(await exists(configMap('f2'))).toBe(true);
  });

  it('a Namespace, CustomResourceDefinition or PersistentVolumeClaim is pruned only on request, and remembered until then', async () => {
    const namespace: KubeObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: test.unique('nx-kube-kept') },
    };
    test.cleanUp(() => remove(test.cluster, refOf(namespace)));
    const [claim] = parseManifests(
      `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: kept, namespace: ${test.namespace}},
        spec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Gi}}}}`,
      'test',
    );
    const elsewhere = {
      ...configMap('elsewhere'),
      metadata: { name: 'elsewhere', namespace: namespace.metadata.name },
    };
    await actions('guarded', [namespace, claim!, elsewhere, configMap('g1')]);
    expect((await annotations('guarded'))['applyset.kubernetes.io/additional-namespaces']).toBe(
      namespace.metadata.name,
    );

    expect(await actions('guarded', [configMap('g1')])).toEqual([
      'unchanged ConfigMap/g1',
      'pruned ConfigMap/elsewhere',
    ]);
    expect((await annotations('guarded'))['applyset.kubernetes.io/contains-group-kinds']).toBe(
      'ConfigMap,Namespace,PersistentVolumeClaim',
    );
    const prune = { namespaces: true, persistentVolumeClaims: true };
    expect((await actions('guarded', [configMap('g1')], { prune })).slice(1).sort()).toEqual([
      `pruned Namespace/${namespace.metadata.name}`,
      'pruned PersistentVolumeClaim/kept',
    ]);
  });

  it('a set may bring the namespace of its own parent', async () => {
    const name = test.unique('nx-kube-own');
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    test.cleanUp(() => remove(test.cluster, refOf(namespace)));
    const own = { name: 'own', namespace: name };
    const changes = await applySet(test.cluster, own, [
      { ...configMap('x'), metadata: { name: 'x', namespace: name } },
      namespace,
    ]);
    expect(changes).toHaveLength(2);
    expect((await membersOf(test.cluster, own)).map(({ ref }) => ref.kind).sort()).toEqual(['ConfigMap', 'Namespace']);
  });

  it('a missing namespace of the parent is reported', async () => {
    const failure = await rejection(applySet(test.cluster, { name: 'x', namespace: 'nx-kube-nowhere' }, []));
    expect(failure.message).toBe('Namespace/nx-kube-nowhere is missing: it holds Secret/nx-kube-nowhere/x.');
  });

  it('applySet takes over neither another tool’s set nor an unrelated Secret', async () => {
    const other = { ...set('other'), tooling: 'helm/v4.0.0' };
    await applySet(test.cluster, other, [configMap('o1')]);
    expect((await rejection(applySet(test.cluster, set('other'), []))).message).toMatch(/it belongs to helm/);
    expect((await rejection(removeSet(test.cluster, set('other')))).message).toMatch(/it belongs to helm/);
    expect(await exists(configMap('o1'))).toBe(true);
    await create(test.cluster, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'plain', namespace: test.namespace },
    });
    expect((await rejection(applySet(test.cluster, set('plain'), []))).message).toMatch(
      /it exists already and belongs to no ApplySet/,
    );
  });

  it('applySet takes no object from another set', async () => {
    await actions('first-owner', [configMap('owned')]);
    const { cluster, writes } = spyOnWrites(test.cluster);
    const failure = await rejection(applySet(cluster, set('second-owner'), [configMap('owned', { x: 'y' })]));
    expect(failure.message).toMatch(new RegExp(`^ConfigMap/${test.namespace}/owned belongs to another ApplySet`));
    expect(writes).toEqual([]);
  });

  it('what left the set stays while live pods use it, and pruneSet deletes it afterwards', async () => {
    const [account, config] = [serviceAccount('used'), configMap('used-5f4dcc3b5a')];
    await actions('in-use', [account, config, configMap('idle')]);
    const spec = {
      serviceAccountName: 'used',
      nodeSelector: { 'example.com/no-such-node': '' },
      containers: [{ name: 'c', image: 'nowhere/x', envFrom: [{ configMapRef: { name: config.metadata.name } }] }],
    };
    const metadata = { name: 'old', namespace: test.namespace };
    await create(test.cluster, { apiVersion: 'v1', kind: 'Pod', metadata, spec });

    const inUse: string[] = [];
    const onInUse = (refs: Ref[]) => void inUse.push(...refs.map(subject).sort());
    expect(await actions('in-use', [], { onInUse })).toEqual(['pruned ConfigMap/idle']);
    expect(inUse).toEqual([subject(config), subject(account)]);
    await remove(test.cluster, { apiVersion: 'v1', kind: 'Pod', ...metadata }, { gracePeriodSeconds: 0 });
    expect((await pruneSet(test.cluster, set('in-use'), [])).map(({ ref }) => ref.kind).sort()).toEqual(['ConfigMap', 'ServiceAccount']);
    expect((await annotations('in-use'))['applyset.kubernetes.io/contains-group-kinds']).toBe('');
  }); // prettier-ignore

  it('applySet uses the set in another namespace that holds the objects already', async () => {
    const name = test.unique('moved');
    await actions(name, [configMap('m1'), configMap('m2')]);
    const elsewhere = { name, namespace: 'default' };
    expect(await findSet(test.cluster, elsewhere, [configMap('m1')])).toEqual(set(name));
    const { cluster, writes } = spyOnWrites(test.cluster);
    await applySet(cluster, elsewhere, [configMap('m1')]);
    expect(writes).toEqual([`DELETE ConfigMap/${test.namespace}/m2`]);
    expect(await read(test.cluster, { apiVersion: 'v1', kind: 'Secret', ...elsewhere })).toBeUndefined();
  });

  it('objects that controllers made from a member are not members', async () => {
    // EndpointSlices copy their Service's labels, the set's label among them.
    const [service, slice] = parseManifests(
      `
apiVersion: v1
kind: Service
metadata: {name: mirrored, namespace: ${test.namespace}}
spec: {selector: {app: none}, ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: by-hand, namespace: ${test.namespace}}
addressType: IPv4
endpoints: []
`,
      'test',
    );
    await actions('mirror', [service!, slice!]);
    const slices = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: test.namespace };
    await expect.poll(async () => (await list(test.cluster, slices)).length, { timeout: 60_000 }).toBe(2);
    expect(await actions('mirror', [service!])).toEqual(['unchanged Service/mirrored', 'pruned EndpointSlice/by-hand']);
    expect((await list(test.cluster, slices)).length).toBe(1);
  });

  it('`kubectl apply --prune --applyset` takes over a set', async () => {
    await actions('handed', [configMap('h1', { a: '1' }), configMap('h2'), serviceAccount('h3')]);
    const tooling = { 'applyset.kubernetes.io/tooling': 'kubectl/v1.34.0' };
    await patch(test.cluster, parentRef('handed'), { metadata: { annotations: tooling } });
    const stdout = await kubectl(
      [
        'apply',
        '--server-side',
        '--force-conflicts',
        '--prune',
        `--applyset=secret/handed`,
        '-n',
        test.namespace,
        '-f',
        '-',
      ],
      JSON.stringify(configMap('h1', { a: '2' })),
    );
    expect(stdout.split('\n').sort()).toEqual([
      'configmap/h1 serverside-applied',
      'configmap/h2 pruned',
      'serviceaccount/h3 pruned',
    ]);
    // A set that kubectl wrote can be read here.
    await patch(test.cluster, parentRef('handed'), {
      metadata: { annotations: { 'applyset.kubernetes.io/tooling': 'nx-kube/v0.0.0' } },
    });
    expect((await membersOf(test.cluster, set('handed'))).map(({ ref }) => ref.name)).toEqual(['h1']);
  });

  it('a set of kubectl has the same id as computed here', async () => {
    await kubectl(
      ['apply', '--server-side', '--prune', '--applyset=secret/by-kubectl', '-n', test.namespace, '-f', '-'],
      JSON.stringify(configMap('k1')),
    );
    const members = await membersOf(test.cluster, { ...set('by-kubectl'), tooling: 'kubectl/v1.34.0' });
    expect(members.map(({ ref }) => ref.name)).toEqual(['k1']);
  });
});
