import type { KubeObject } from '@nx-kube/cluster';
import { answer } from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { realKustomize } from '../kustomize/kustomize.fixture.js';
import { configMap, deployment } from '../workload/workload.fixture.js';
import { applyManifests, type ApplyManifestsOptions } from './apply-manifests.js';
import type { ContentOptions, OtherObjects } from './content.js';
import { deploymentStatus, fakeCluster, type FakeCluster } from './fake-cluster.fixture.js';

const images = { image: { reference: 'registry/app:2', entrypoint: ['/manager'], cmd: [] } };
const options: ContentOptions = { project: 'app', manifests: 'm.yaml', image: 'image', stateDirectory: '/nowhere' };
const rendered = [deployment('app'), configMap];
const alone: OtherObjects = { extra: [], components: { before: [], after: [] } };
const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };

function applyTo({ cluster }: FakeCluster, objects: KubeObject[], given: ApplyManifestsOptions = {}) {
  return applyManifests(cluster, objects, images, options, { others: alone, ...given });
}

/** Components as Deployments of one object each, so that each has to get ready. */
const before = { ...alone, components: { before: [[deployment('database')]], after: [] } };
const after = { ...alone, components: { before: [], after: [[deployment('unpacker')]] } };

function becomesReady(fake: FakeCluster, name: string): void {
  fake.put({ ...fake.live('Deployment', name)!, status: deploymentStatus(true) });
}

describe('applyManifests (with a fake API server)', () => {
  it('the first apply creates every object, and the next one finds them unchanged', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const actions = async () =>
      (await applyTo(fake, rendered)).changes.map(({ subject, action }) => `${subject} ${action}`).sort();
    expect(await actions()).toEqual(['ConfigMap/demo/settings created', 'Deployment/demo/app created']);
    expect(await actions()).toEqual(['ConfigMap/demo/settings unchanged', 'Deployment/demo/app unchanged']);
  });

  it('the workload runs the delivered image, and a container of a component with the same image runs it too', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const others = { ...alone, components: { before: [], after: [[deployment('unpacker')]] } };
    const applied = applyTo(fake, rendered, { others });
    await expect.poll(() => fake.live('Deployment', 'app')).toBeDefined();
    becomesReady(fake, 'app');
    await applied;
    for (const name of ['app', 'unpacker']) {
      expect(fake.live('Deployment', name)!['spec'].template.spec.containers[0].image).toBe('registry/app:2');
    }
  });

  it('the workload restarts when a ConfigMap changes that it reads only at its start', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const object = deployment('app', { envFrom: [{ configMapRef: { name: 'settings' } }] });
    expect((await applyTo(fake, [object, configMap])).restarts).toEqual([]);
    const { restarts } = await applyTo(fake, [object, { ...configMap, data: { a: '2' } }]);
    expect(restarts).toEqual([
      'Deployment/demo/app restarts: its pods read ConfigMap/demo/settings only at their start (envFrom)',
    ]);
    expect(fake.live('Deployment', 'app')!['spec'].template.metadata.annotations).toHaveProperty([
      'kubectl.kubernetes.io/restartedAt',
    ]);
  });

  const job = (image: string): KubeObject => {
    const { spec } = deployment('migrate', { image });
    return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate', namespace: 'demo' }, spec };
  };
  const imageOf = (fake: FakeCluster) => fake.live('Job', 'migrate')!['spec'].template.spec.containers[0].image;

  it('a Job keeps the image that it was created with, and a line says so', async () => {
    const fake = await fakeCluster({ objects: [namespace, job('registry/app:1')] });
    const notices: string[] = [];
    const objects = [...rendered, job('controller:latest')];
    await applyTo(fake, objects, { onNotice: (notice) => notices.push(notice) });
    expect(imageOf(fake)).toBe('registry/app:1');
    expect(notices).toContainEqual(
      'Job/demo/migrate keeps the binary that it was created with, because a Job cannot change: delete it, or set the option recreate.',
    );
  });

  it('a new Job, and one that may be created again, run the delivered image', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    await applyTo(fake, [...rendered, job('controller:latest')]);
    expect(imageOf(fake)).toBe('registry/app:2');
    const again = await fakeCluster({ objects: [namespace, job('registry/app:1')] });
    const others = { others: alone };
    await applyManifests(
      again.cluster,
      [...rendered, job('controller:latest')],
      images,
      { ...options, recreate: true },
      others,
    );
    expect(imageOf(again)).toBe('registry/app:2');
  });

  it('a line names what has an older binary, and why', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const notices: string[] = [];
    const object = deployment('app', { env: [{ name: 'SELF', value: 'controller:latest' }] });
    await applyTo(fake, [object], { onNotice: (notice) => notices.push(notice) });
    expect(notices).toEqual([
      'Deployment/demo/app: spec.template.spec.containers.0.env.0.value has the binary that its image was built with: the binary is missing.',
    ]);
  });

  it('a component that the controller depends on is ready before the controller is applied', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    let calls = 0;
    const applied = applyTo(fake, rendered, { others: before, onWorkload: async () => void (calls += 1) });
    await expect.poll(() => fake.writes).toEqual(['apply Deployment/demo/database']);
    expect(calls).toBe(0);
    fake.put({ ...fake.live('Deployment', 'database')!, status: deploymentStatus(false) });
    expect(fake.live('Deployment', 'app')).toBeUndefined();
    becomesReady(fake, 'database');
    await applied;
    expect(fake.writes.slice(1).sort()).toContain('apply Deployment/demo/app');
    expect(calls).toBe(1);
  });

  it('a namespace of the manifests exists before a component is applied to it', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const demo: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } };
    const applied = applyTo(fake, [demo, ...rendered], { others: before });
    await expect.poll(() => fake.writes).toContain('apply Namespace/demo');
    fake.put({ ...fake.live('Namespace', 'demo')!, status: { phase: 'Active' } });
    await expect.poll(() => fake.writes).toEqual(['apply Namespace/demo', 'apply Deployment/demo/database']);
    becomesReady(fake, 'database');
    await applied;
  });

  it('a component that depends on the controller waits until the controller is ready', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const order: string[] = [];
    const applied = applyTo(fake, rendered, {
      others: after,
      beforeApply: async () => void order.push(`before: ${fake.writes.length} writes`),
      onWorkload: async () => void order.push('workload'),
    });
    await expect.poll(() => order).toEqual(['before: 0 writes', 'workload']);
    expect(fake.live('Deployment', 'app')).toBeDefined();
    expect(fake.live('Deployment', 'unpacker')).toBeUndefined();
    becomesReady(fake, 'app');
    const { changes } = await applied;
    expect(fake.live('Deployment', 'unpacker')).toBeDefined();
    expect(order).toHaveLength(2);
    // The last pass finds the earlier stages unchanged, but the report is about the whole apply.
    expect(changes.map(({ action }) => action)).toEqual(['created', 'created', 'created']);
  });

  it('a component that does not get ready ends the apply, with its name', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    await expect(applyTo(fake, rendered, { others: before, timeoutMs: 100 })).rejects.toMatchObject({
      message: expect.stringMatching(/^Deployment\/demo\/database is not ready after 0 s: /),
      next: 'Look at the events and pods of these objects, or wait longer.',
    });
    expect(fake.live('Deployment', 'app')).toBeUndefined();
  });

  it('an object that left the manifests is pruned, after everything else is applied', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    await applyTo(fake, rendered);
    fake.writes.length = 0;
    const applied = applyTo(fake, [deployment('app')], { others: after });
    becomesReady(fake, 'app');
    const { changes } = await applied;
    expect(changes.at(-1)).toMatchObject({ subject: 'ConfigMap/demo/settings', action: 'pruned' });
    expect(fake.writes.at(-1)).toBe('delete ConfigMap/demo/settings');
    expect(fake.live('ConfigMap', 'settings')).toBeUndefined();
  });

  it.each([
    ['a volume', { volumes: [{ name: 'v', configMap: { name: 'settings' } }] }],
    ['envFrom', { containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'settings' } }] }] }],
  ])('an object that left the manifests stays while a live pod uses it in %s, and is pruned afterwards', async (_, spec) => {
    const fake = await fakeCluster({ objects: [namespace] });
    await applyTo(fake, rendered);
    const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'old', namespace: 'demo' }, spec };
    fake.put({ ...pod, status: { phase: 'Running' } });
    fake.writes.length = 0;

    const { changes, pruneUnused } = await applyTo(fake, [deployment('app')]);
    expect(changes.map(({ action }) => action)).toEqual(['unchanged']);
    expect(await pruneUnused!(AbortSignal.timeout(5000))).toEqual([]);
    expect(fake.writes).not.toContain('delete ConfigMap/demo/settings');

    fake.put({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    expect(await pruneUnused!(AbortSignal.timeout(5000))).toMatchObject([{ subject: 'ConfigMap/demo/settings', action: 'pruned' }]);
    expect((await applyTo(fake, [deployment('app')])).pruneUnused).toBeUndefined();
  }); // prettier-ignore

  it('a dry run reports all stages and writes nothing', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const { changes } = await applyTo(fake, rendered, { others: after, dryRun: true });
    expect(changes.map(({ subject }) => subject).sort()).toEqual([
      'ConfigMap/demo/settings',
      'Deployment/demo/app',
      'Deployment/demo/unpacker',
    ]);
    expect(fake.writes.filter((write) => !write.startsWith('try '))).toEqual([]);
    expect(fake.live('Deployment', 'app')).toBeUndefined();
  });

  it('a field that another manager owns ends the apply with the names of both', async () => {
    const message = 'Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.a';
    const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.data.a' }];
    const fake = await fakeCluster({
      objects: [namespace],
      onApply: ({ kind }, response) => {
        if (kind !== 'ConfigMap') return false;
        answer(response, 409, { kind: 'Status', reason: 'Conflict', message, code: 409, details: { causes } });
        return true;
      },
    });
    await expect(applyTo(fake, rendered)).rejects.toMatchObject({
      message: expect.stringMatching(/^ConfigMap\/demo\/settings.*kubectl/s),
    });
  });
});

describe('applyManifests with patches (with a fake API server)', () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    env = await realKustomize();
  }, 600_000);
  afterEach(() => vi.unstubAllEnvs());

  const patched = (fake: FakeCluster, patches: ContentOptions['patches']) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    return applyManifests(fake.cluster, rendered, images, { ...options, patches }, { others: alone });
  };

  it('a patch that fits no object is an error before anything is written', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    await expect(patched(fake, [{ target: { kind: 'Service' }, merge: {} }])).rejects.toMatchObject({
      culprit: 'configuration',
      message: expect.stringContaining('no object matches Service'),
    });
    expect(fake.writes).toEqual([]);
  });

  it('an object that a patch deletes is not applied, and is pruned where it exists', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    await applyTo(fake, rendered);
    const { changes } = await patched(fake, [{ target: { kind: 'ConfigMap' }, merge: { $patch: 'delete' } }]);
    expect(changes).toContainEqual(expect.objectContaining({ subject: 'ConfigMap/demo/settings', action: 'pruned' }));
    expect(fake.live('ConfigMap', 'settings')).toBeUndefined();
  });
});
