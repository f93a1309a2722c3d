import {
  apply,
  create,
  explain,
  parseManifests,
  patch,
  read,
  remove,
  type KubeObject,
  type Ref,
} from '@nx-kube/cluster';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useNamespace } from '../secrets/apply/test-namespace.fixture.js';
import { fluxDefinitions } from './flux.fixture.js';
import { handOver, resumeFlux, suspendedBy } from './hand-over.js';
import { fromSuspendedFlux } from './take-over.js';

const test = useNamespace();
/** CRDs that this spec has created. A spec that runs at the same time may have created the others. */
let definitions: KubeObject[] = [];
beforeAll(async () => {
  const changes = await apply(test.cluster, parseManifests(await fluxDefinitions(), 'CRDs of Flux'));
  definitions = changes
    .filter(({ action }) => action === 'created')
    .map(({ ref }) => ({ ...ref, metadata: { name: ref.name } }));
}, 600_000);
afterAll(async () => {
  for (const { apiVersion, kind, metadata } of definitions) {
    await remove(test.cluster, { apiVersion, kind, name: metadata.name });
  }
});

const project = 'handed-over';
const interval = '10m';
const ref = (apiVersion: string, kind: string, name: string): Ref => ({
  apiVersion,
  kind,
  namespace: test.namespace,
  name,
});
const kustomization = (name: string) => ref('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', name);
const helmRelease = (name: string) => ref('helm.toolkit.fluxcd.io/v2', 'HelmRelease', name);
const workload = () => ref('v1', 'ConfigMap', 'workload');

async function put({ apiVersion, kind, name, namespace }: Ref, more: object): Promise<void> {
  await create(test.cluster, { apiVersion, kind, metadata: { name, namespace }, ...more });
}
/** Creates the workload as Flux leaves it: with the labels of its reconcilers. */
async function putWorkload(reconcilers: Ref[]): Promise<void> {
  await remove(test.cluster, workload());
  const labels = Object.fromEntries(
    reconcilers.flatMap(({ kind, name, namespace }) => {
      const group = kind === 'Kustomization' ? 'kustomize' : 'helm';
      return [
        [`${group}.toolkit.fluxcd.io/name`, name],
        [`${group}.toolkit.fluxcd.io/namespace`, namespace!],
      ];
    }),
  );
  const { apiVersion, kind, name, namespace } = workload();
  await create(test.cluster, { apiVersion, kind, metadata: { name, namespace, labels } });
}
async function stateOf(of: Ref): Promise<{ suspend?: boolean; by?: string }> {
  const { spec, metadata } = (await read(test.cluster, of))!;
  return { suspend: spec.suspend, by: metadata.annotations?.[suspendedBy] };
}
const hand = () => handOver(test.cluster, { project, workload: workload() });
const named = (of: Ref) => `${of.kind}/${of.namespace}/${of.name}`;

beforeEach(async () => {
  for (const of of [kustomization('apps'), kustomization('others'), helmRelease('apps')])
    await remove(test.cluster, of);
  const sourceRef = { kind: 'GitRepository', name: 'fleet' };
  for (const name of ['apps', 'others']) await put(kustomization(name), { spec: { interval, prune: true, sourceRef } });
  await put(helmRelease('apps'), { spec: { interval, chartRef: { kind: 'OCIRepository', name: 'chart' } } });
});

describe('handOver and resumeFlux', () => {
  it('the Kustomization and the HelmRelease of a workload are suspended, with the project in an annotation', async () => {
    await putWorkload([kustomization('apps'), helmRelease('apps')]);
    expect(await hand()).toEqual({
      suspended: [named(kustomization('apps')), named(helmRelease('apps'))],
      resumed: [],
    });
    expect(await stateOf(kustomization('apps'))).toEqual({ suspend: true, by: project });
    expect(await stateOf(helmRelease('apps'))).toEqual({ suspend: true, by: project });
    expect(await stateOf(kustomization('others'))).toEqual({ suspend: undefined, by: undefined });
  });

  it('a second hand-over writes nothing', async () => {
    await putWorkload([kustomization('apps')]);
    await hand();
    test.writes();
    expect(await hand()).toEqual({ suspended: [], resumed: [] });
    expect(test.writes()).toEqual([]);
  });

  it('a reconciler that another user suspended, or that is gone, is left alone', async () => {
    await patch(test.cluster, kustomization('apps'), { spec: { suspend: true } });
    await putWorkload([kustomization('apps'), helmRelease('gone')]);
    expect(await hand()).toEqual({ suspended: [], resumed: [] });
    expect(await resumeFlux(test.cluster, project)).toEqual([]);
    expect(await stateOf(kustomization('apps'))).toEqual({ suspend: true, by: undefined });
  });

  it('all reconcilers that the project suspended are resumed', async () => {
    await putWorkload([kustomization('apps'), helmRelease('apps')]);
    await hand();
    expect(await resumeFlux(test.cluster, 'another')).toEqual([]);
    expect(await resumeFlux(test.cluster, project)).toEqual([named(kustomization('apps')), named(helmRelease('apps'))]);
    expect(await stateOf(kustomization('apps'))).toEqual({ suspend: false, by: undefined });
    expect(await stateOf(helmRelease('apps'))).toEqual({ suspend: false, by: undefined });
  });

  it('the run after a crash resumes reconcilers that no longer reconcile the workload', async () => {
    await putWorkload([kustomization('apps')]);
    await hand();
    await putWorkload([kustomization('others')]);
    expect(await hand()).toEqual({
      suspended: [named(kustomization('others'))],
      resumed: [named(kustomization('apps'))],
    });
    expect(await stateOf(kustomization('apps'))).toEqual({ suspend: false, by: undefined });
  });
});

describe('handOver of a deleted workload', () => {
  it('a suspended reconciler stays suspended while its workload is deleted, so that Flux does not restore it', async () => {
    await putWorkload([kustomization('apps')]);
    await hand();
    await remove(test.cluster, workload());
    expect(await hand()).toEqual({ suspended: [], resumed: [] });
    expect(await stateOf(kustomization('apps'))).toEqual({ suspend: true, by: project });
  });

  it('the reconciler of a deleted workload is found by its inventory', async () => {
    await remove(test.cluster, workload());
    const entries = [{ id: `${test.namespace}_workload__ConfigMap`, v: 'v1' }];
    await patch(
      test.cluster,
      kustomization('others'),
      { status: { inventory: { entries } } },
      { subresource: 'status' },
    );
    expect(await hand()).toEqual({ suspended: [named(kustomization('others'))], resumed: [] });
  });
});

describe('fromSuspendedFlux', () => {
  const object = (data: object): KubeObject => {
    const { apiVersion, kind, name, namespace } = workload();
    return { apiVersion, kind, metadata: { name, namespace: namespace! }, data };
  };
  const takeOver = (data: object) =>
    apply(test.cluster, [object(data)], { takeOver: fromSuspendedFlux(test.cluster) }).catch(explain);
  beforeEach(async () => {
    await putWorkload([kustomization('apps')]);
    await apply(test.cluster, [object({ color: 'red' })], { fieldManager: 'kustomize-controller' });
  });

  it('fields of Flux are taken over only after its reconciler is suspended', async () => {
    expect(await takeOver({ color: 'blue' })).toContain('conflict with "kustomize-controller"');
    await hand();
    expect(await takeOver({ color: 'blue' })).toMatchObject([{ action: 'configured', fields: ['data.color'] }]);
  });

  it('no field is taken over when another field manager conflicts, too', async () => {
    await apply(test.cluster, [object({ shape: 'round' })], { fieldManager: 'the-other' });
    await hand();
    expect(await takeOver({ color: 'blue', shape: 'flat' })).toContain('conflict with "the-other"');
  });
});
