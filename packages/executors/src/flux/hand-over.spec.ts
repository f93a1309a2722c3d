import { ApiError, explain, type ApiRequest, type Cluster, type KubeObject, type Ref } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { handOver, planHandOver, suspendedBy } from './hand-over.js';

const project = 'ocm';
const workload: Ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'ocm-system', name: 'manager' };

function kustomization(name: string, { held = false, applied = '' } = {}): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { namespace: 'fleet', name, annotations: held ? { [suspendedBy]: project } : {} },
    spec: { suspend: held },
    status: { inventory: { entries: [{ id: applied, v: 'v1' }] } },
  };
}
function labelled(name?: string): KubeObject {
  const prefix = 'kustomize.toolkit.fluxcd.io';
  const labels = name ? { [`${prefix}/name`]: name, [`${prefix}/namespace`]: 'fleet' } : undefined;
  const { apiVersion, kind, namespace } = workload;
  return { apiVersion, kind, metadata: { namespace, name: workload.name, labels } };
}
const applied = 'ocm-system_manager_apps_Deployment';

describe('planHandOver', () => {
  it.each([
    [
      'the labels of a workload name its reconciler',
      labelled('a'),
      [kustomization('a'), kustomization('b')],
      ['a'],
      [],
    ],
    [
      'the labels of a workload win over the inventory of a reconciler',
      labelled('a'),
      [kustomization('b', { applied })],
      ['a'],
      [],
    ],
    [
      'the inventory names the reconciler of a workload without labels',
      labelled(),
      [kustomization('a', { applied })],
      ['a'],
      [],
    ],
    [
      'the inventory names the reconciler of a deleted workload',
      undefined,
      [kustomization('a', { applied })],
      ['a'],
      [],
    ],
    [
      'an inventory with another workload does not count',
      labelled(),
      [kustomization('a', { applied: `${applied}s` })],
      [],
      [],
    ],
    [
      'a suspended reconciler of another workload is resumed',
      labelled('a'),
      [kustomization('b', { held: true })],
      ['a'],
      ['b'],
    ],
    [
      'a suspended reconciler is resumed when the workload has lost its labels',
      labelled(),
      [kustomization('a', { held: true })],
      [],
      ['a'],
    ],
    [
      'a suspended reconciler stays suspended while the workload is deleted',
      undefined,
      [kustomization('a', { held: true })],
      [],
      [],
    ],
    [
      'a suspended reconciler stays suspended when the workload was created again',
      labelled(),
      [kustomization('a', { held: true, applied })],
      ['a'],
      [],
    ],
  ])('%s', (_, live, reconcilers, wanted, obsolete) => {
    const plan = planHandOver({ project, workload, live, reconcilers });
    expect(plan.wanted.map(({ name }) => name)).toEqual(wanted);
    expect(plan.obsolete.map(({ metadata }) => metadata.name)).toEqual(obsolete);
  });
});

/** A scripted cluster that allows to read and change Kustomizations one by one, but not to list them. */
function withoutLists(reconciler: KubeObject): { cluster: Cluster; writes: string[] } {
  const writes: string[] = [];
  const answer = ({ method, path }: ApiRequest): unknown => {
    if (method !== 'GET') return writes.push(path);
    if (path.endsWith('/deployments/manager')) return labelled(reconciler.metadata.name);
    if (path.endsWith(`/${reconciler.metadata.name}`)) return reconciler;
    throw new ApiError('cluster', 'forbidden', { status: 403, reason: 'Forbidden' });
  };
  const cluster: Cluster = {
    ...{ context: 'c', server: 's', namespace: 'ns' },
    request: async <T>(request: ApiRequest) => answer(request) as T,
    discover: async (_, kind) => ({ resource: `${kind.toLowerCase()}s`, namespaced: true, verbs: [] }),
    stream: () => Promise.reject(new Error('not scripted')),
    socket: () => Promise.reject(new Error('not scripted')),
    close: async () => {},
  };
  return { cluster, writes };
}

describe('handOver in a scripted cluster that does not allow to list Kustomizations', () => {
  it('a hand-over is refused, as no later run could find the Kustomization to resume it', async () => {
    const { cluster, writes } = withoutLists(kustomization('apps'));
    const error = await handOver(cluster, { project, workload }).catch((caught: unknown) => caught);
    expect(explain(error)).toBe(
      'Kustomization/fleet/apps reconciles Deployment/ocm-system/manager and was not suspended: you may not list objects of the kind Kustomization in all namespaces, which is needed to resume it later.\n' +
        '  → Ask for the right to list them, or suspend it yourself: flux suspend kustomization apps -n fleet.',
    );
    expect(writes).toEqual([]);
  });

  it('a hand-over needs no list when another user has suspended the Kustomization', async () => {
    const suspended = { ...kustomization('apps'), spec: { suspend: true } };
    const { cluster, writes } = withoutLists(suspended);
    expect(await handOver(cluster, { project, workload })).toEqual({ suspended: [], resumed: [] });
    expect(writes).toEqual([]);
  });
});
