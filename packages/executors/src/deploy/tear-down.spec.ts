import { ApiError, applySet, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { spyOnWrites } from '@nx-kube/testing/cluster/spy.js';
import { describe, expect, it } from 'vitest';
import { secretsSetOf } from './apply-set-names.js';
import { setOf } from './deploy-options.js';
import { fakeCluster } from './fake-cluster.fixture.js';
import { tearDown } from './tear-down.js';

const namespaces = ['default', 'other', 'ada'].map((name) => object('Namespace', name));
const options = { secretsTargets: [], owner: 'me' };

function object(kind: string, name: string, namespace?: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, ...(namespace && { namespace }) } };
}

/** The same connection after `kubectl config set-context --current --namespace`. */
function inNamespace(cluster: Cluster, namespace: string): Cluster {
  return { ...spyOnWrites(cluster).cluster, namespace };
}

function applyIn(cluster: Cluster, namespace: string, owner: string, objects: KubeObject[]) {
  const there = inNamespace(cluster, namespace);
  return applySet(there, setOf('app', there, owner), objects);
}

describe('tearDown', () => {
  it('tearDown finds the sets of a project, and of its Secrets, after the context got another namespace', async () => {
    const { cluster, live } = await fakeCluster({ objects: namespaces });
    await applyIn(cluster, 'default', 'me', [object('ConfigMap', 'a', 'default')]);
    await applySet(cluster, secretsSetOf('app', 'secrets', cluster, 'me'), [object('Secret', 's', 'ada')]);

    const result = await tearDown(inNamespace(cluster, 'other'), 'app', options);
    expect(result.removed.map(({ name }) => name)).toEqual(['a', 's']);
    expect(live('ConfigMap', 'a')).toBeUndefined();
    expect(live('Secret', 'nx-kube-app')).toBeUndefined();
  });

  it('tearDown leaves the set that another workspace applied in another namespace, and names that namespace', async () => {
    const { cluster, live } = await fakeCluster({ objects: namespaces });
    await applyIn(cluster, 'ada', 'ada', [object('ConfigMap', 'a', 'ada')]);

    const result = await tearDown(inNamespace(cluster, 'other'), 'app', options);
    expect(result).toMatchObject({ removed: [], elsewhere: ['ada'] });
    expect(live('ConfigMap', 'a')).toBeDefined();

    const asked = await tearDown(inNamespace(cluster, 'other'), 'app', { ...options, namespace: 'ada' });
    expect(asked.removed.map(({ name }) => name)).toEqual(['a']);
  });

  it('tearDown removes only the set in the context’s namespace if the project has one there', async () => {
    const { cluster, live } = await fakeCluster({ objects: namespaces });
    await applyIn(cluster, 'default', 'me', [object('ConfigMap', 'a', 'default')]);
    await applyIn(cluster, 'other', 'me', [object('ConfigMap', 'b', 'other')]);

    const result = await tearDown(inNamespace(cluster, 'other'), 'app', options);
    expect(result.removed.map(({ name }) => name)).toEqual(['b']);
    expect(result.elsewhere).toEqual(['default']);
    expect(live('ConfigMap', 'a')).toBeDefined();
  });

  it('tearDown works for a user with rights in the own namespace only, and says that others were not searched', async () => {
    const { cluster } = await fakeCluster({ objects: namespaces });
    await applyIn(cluster, 'default', 'me', [object('ConfigMap', 'a', 'default')]);
    const request: Cluster['request'] = (call) =>
      !/^\/api\/v1\/\w+$|^\/apis\/[^/]+\/v1\/\w+$/.test(call.path)
        ? cluster.request(call)
        : Promise.reject(new ApiError('configuration', 'forbidden', { status: 403, reason: 'Forbidden' }));
    const restricted: Cluster = { ...inNamespace(cluster, 'default'), request };
    const result = await tearDown(restricted, 'app', options);
    expect(result).toMatchObject({ removed: [{ name: 'a' }], elsewhere: undefined });
    expect(await tearDown(restricted, 'app', options)).toMatchObject({ removed: [], elsewhere: undefined });
  });

  it('sets in several namespaces that are not the context’s are an error that names them', async () => {
    const { cluster } = await fakeCluster({ objects: namespaces });
    await applyIn(cluster, 'default', 'me', [object('ConfigMap', 'a', 'default')]);
    await applyIn(cluster, 'other', 'me', [object('ConfigMap', 'b', 'other')]);

    await expect(tearDown(inNamespace(cluster, 'ada'), 'app', options)).rejects.toMatchObject({
      message: `app has nothing in the namespace ada of ${cluster.context}, but in several others: default, other.`,
      next: 'Choose one of them with --namespace, such as --namespace=default.',
    });
  });
});

describe('applySet after a change of the context’s namespace', () => {
  it('the set that holds the objects is used, and an empty parent of the new namespace goes', async () => {
    const { cluster, live } = await fakeCluster({ objects: namespaces });
    await applyIn(cluster, 'default', 'me', [object('ConfigMap', 'a', 'ada'), object('ConfigMap', 'b', 'ada')]);
    await applyIn(cluster, 'other', 'me', []);

    const changes = await applyIn(cluster, 'other', 'me', [object('ConfigMap', 'a', 'ada')]);
    expect(changes.map(({ subject, action }) => `${action} ${subject}`)).toEqual([
      'unchanged ConfigMap/ada/a',
      'pruned ConfigMap/ada/b',
    ]);
    expect(live('Secret', 'nx-kube-app')).toMatchObject({ metadata: { namespace: 'default' } });
  });

  it('objects without a namespace move with the set of the same workspace, if an object has only one place', async () => {
    const { cluster, live } = await fakeCluster({ objects: namespaces });
    const objects = [object('ConfigMap', 'a'), object('ConfigMap', 'shared', 'default')];
    await applyIn(cluster, 'default', 'me', objects);
    await applyIn(cluster, 'other', 'me', objects);
    expect(live('ConfigMap', 'a')).toMatchObject({ metadata: { namespace: 'other' } });
  });

  it('objects without a namespace do not move with the set of another workspace', async () => {
    const { cluster, live } = await fakeCluster({ objects: namespaces });
    const objects = [object('ConfigMap', 'a'), object('ConfigMap', 'shared', 'default')];
    await applyIn(cluster, 'ada', 'ada', objects);
    await expect(applyIn(cluster, 'other', 'me', objects)).rejects.toMatchObject({
      message:
        'ConfigMap/default/shared belongs to the ApplySet nx-kube-app in the namespace ada, which another workspace applied.',
      next: expect.stringContaining('kubectl config set-context --current --namespace=ada') as string,
    });
    expect(live('ConfigMap', 'a')).toMatchObject({ metadata: { namespace: 'ada' } });
  });
});
