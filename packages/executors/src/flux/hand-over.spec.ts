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

describe('what reconciles a workload', () => {
  it.each([
    ['is what its labels name', labelled('a'), [kustomization('a'), kustomization('b')], ['a'], []],
    ['is what its labels name, whatever others say', labelled('a'), [kustomization('b', { applied })], ['a'], []],
    ['is who says so, where it has no labels', labelled(), [kustomization('a', { applied })], ['a'], []],
    ['is who says so, where it is gone', undefined, [kustomization('a', { applied })], ['a'], []],
    ['is nobody who applied another', labelled(), [kustomization('a', { applied: `${applied}s` })], [], []],
    ['is not what is held for nothing', labelled('a'), [kustomization('b', { held: true })], ['a'], ['b']],
    ['is held no more where it has lost its labels', labelled(), [kustomization('a', { held: true })], [], ['a']],
    ['may be all that is held, while it is gone', undefined, [kustomization('a', { held: true })], [], []],
    ['stays held where it was made anew', labelled(), [kustomization('a', { held: true, applied })], ['a'], []],
  ])('%s', (_, live, reconcilers, wanted, obsolete) => {
    const plan = planHandOver({ project, workload, live, reconcilers });
    expect(plan.wanted.map(({ name }) => name)).toEqual(wanted);
    expect(plan.obsolete.map(({ metadata }) => metadata.name)).toEqual(obsolete);
  });
});

/** A cluster in which Kustomizations may be read and changed one by one, but not listed. */
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

describe('a hand-over (in a scripted cluster) where Kustomizations may not be listed', () => {
  it('is refused, for nobody would find what is to be resumed', async () => {
    const { cluster, writes } = withoutLists(kustomization('apps'));
    const error = await handOver(cluster, { project, workload }).catch((caught: unknown) => caught);
    expect(explain(error)).toBe(
      'Kustomization/fleet/apps reconciles Deployment/ocm-system/manager, and is not suspended: objects of the kind Kustomization may not be listed in all namespaces, which resuming it later needs\n' +
        '  → Ask for the right to list them, or suspend it yourself: flux suspend kustomization apps -n fleet',
    );
    expect(writes).toEqual([]);
  });

  it('is done where somebody has suspended it', async () => {
    const suspended = { ...kustomization('apps'), spec: { suspend: true } };
    const { cluster, writes } = withoutLists(suspended);
    expect(await handOver(cluster, { project, workload })).toEqual({ suspended: [], resumed: [] });
    expect(writes).toEqual([]);
  });
});
