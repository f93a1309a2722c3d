import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { describe, expect, it } from 'vitest';
import { create, patch, read, remove } from '../api/objects.js';
import { NxKubeError } from '../errors.js';
import { failureIsABug, failureIsHarmless, inBackground } from '../in-background.js';
import { refOf, type KubeObject, type Ref } from '../object/kube-object.js';
import { parseManifests } from '../object/manifests.js';
import { watch } from '../watch/watch.js';
import { applySet } from './apply-set.js';
import { membersOf } from './members.js';
import { removeSet, type RemoveSetOptions } from './remove-set.js';

const test = useCluster('remove-set');
const finalizer = 'test.nx-kube.dev/clean-up';

/** A set of a controller's project, and a stand-in for the controller. */
class Project {
  readonly set: { name: string; namespace: string };
  readonly kind: string;
  readonly events: string[] = [];
  readonly #plural: string;

  constructor(private readonly name: string) {
    this.set = { name, namespace: test.namespace };
    this.kind = name.replace(/^./, (letter) => letter.toUpperCase());
    this.#plural = `${test.unique(name).replaceAll('-', '')}s`;
    test.cleanUp(() => remove(test.cluster, this.crd));
  }

  get crd(): Ref {
    const name = `${this.#plural}.test.nx-kube.dev`;
    return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
  }

  get deployment(): Ref {
    return { apiVersion: 'apps/v1', kind: 'Deployment', namespace: test.namespace, name: this.name };
  }

  resource(name: string): KubeObject {
    return {
      apiVersion: 'test.nx-kube.dev/v1',
      kind: this.kind,
      metadata: { name, namespace: test.namespace, finalizers: [finalizer] },
    };
  }

  manifests(): KubeObject[] {
    return [
      ...parseManifests(
        `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${this.crd.name}}
spec:
  group: test.nx-kube.dev
  scope: Namespaced
  names: {plural: ${this.#plural}, kind: ${this.kind}}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${this.name}, namespace: ${test.namespace}}
spec:
  replicas: 0
  selector: {matchLabels: {app: ${this.name}}}
  template: {metadata: {labels: {app: ${this.name}}}, spec: {containers: [{name: c, image: example.invalid/x:1}]}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${this.name}, namespace: ${test.namespace}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${this.name}, namespace: ${test.namespace}}
spec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Gi}}}
`,
        'test',
      ),
      this.resource('mine'),
    ];
  }

  /** Acts as a controller: clears the finalizers of deleted objects while its Deployment exists. */
  async startController(): Promise<void> {
    const watcher = watch(test.cluster, { apiVersion: 'test.nx-kube.dev/v1', kind: this.kind }, (event) => {
      if (!('object' in event) || event.type === 'deleted' || !event.object.metadata.deletionTimestamp) return;
      inBackground(this.#finalize(event.object), failureIsABug);
    });
    test.cleanUp(() => watcher.stop());
    await watcher.synced;
  }

  async #finalize(object: KubeObject): Promise<void> {
    const running = (await read(test.cluster, this.deployment)) !== undefined;
    this.events.push(`${running ? 'finalized' : 'too late for'} ${object.metadata.name}`);
    if (running) await patch(test.cluster, refOf(object), { metadata: { finalizers: null } }).catch(failureIsHarmless);
  }

  async remove(options: RemoveSetOptions = {}) {
    return await removeSet(test.cluster, this.set, {
      timeoutMs: 20_000,
      ...options,
      onProgress: ({ ref, action }) => {
        if (action !== 'deleting') this.events.push(`${action} ${ref.kind}`);
      },
    });
  }
}

async function exists(ref: Ref): Promise<boolean> {
  return (await read(test.cluster, ref)) !== undefined;
}

function parentOf(project: Project): Ref {
  return { apiVersion: 'v1', kind: 'Secret', ...project.set };
}

describe('removeSet', () => {
  it('removeSet lets the controller clear its finalizers, keeps CRDs, and reports custom resources that others made', async () => {
    const project = new Project('alpha');
    await applySet(test.cluster, project.set, project.manifests());
    await project.startController();
    const foreign = { ...project.resource('by-hand'), metadata: { name: 'by-hand', namespace: test.namespace } };
    await create(test.cluster, foreign);

    const result = await project.remove();
    expect(project.events).toEqual([
      'kept CustomResourceDefinition',
      'finalized mine',
      'deleted Alpha',
      'deleted PersistentVolumeClaim',
      'deleted Deployment',
      'deleted ServiceAccount',
    ]);
    expect(result.kept).toEqual([project.crd]);
    expect(result.foreign).toEqual([refOf(foreign)]);
    expect(await exists(refOf(foreign))).toBe(true);
    // The next removal finds the kept CRD, and may delete it too.
    expect((await membersOf(test.cluster, project.set)).map(({ ref }) => ref)).toEqual([project.crd]);
    expect((await project.remove({ crds: true })).removed).toEqual([refOf(foreign), project.crd]);
    expect(await exists(project.crd)).toBe(false);
    expect(await exists(parentOf(project))).toBe(false);
    expect(await project.remove()).toEqual({ removed: [], kept: [], foreign: [] });
  });

  it('removeSet with CRDs deletes custom resources of others, too, before the controller', async () => {
    const project = new Project('beta');
    await applySet(test.cluster, project.set, project.manifests());
    await project.startController();
    await create(test.cluster, project.resource('by-hand'));
    await project.remove({ crds: true, persistentVolumeClaims: false });
    expect(project.events.filter((event) => event.startsWith('finalized')).sort()).toEqual([
      'finalized by-hand',
      'finalized mine',
    ]);
    expect(project.events.slice(-3)).toEqual([
      'deleted Deployment',
      'deleted ServiceAccount',
      'deleted CustomResourceDefinition',
    ]);
    expect(project.events).toContain('kept PersistentVolumeClaim');
  });

  it('removeSet names the finalizer that blocks, stops there, and continues when run again', async () => {
    const project = new Project('gamma');
    await applySet(test.cluster, project.set, project.manifests());
    const failure = await project.remove({ timeoutMs: 500 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NxKubeError);
    expect(failure).toMatchObject({
      culprit: 'cluster',
      message: `Gamma/${test.namespace}/mine (held by ${finalizer}): still there after 1 s.`,
      next: expect.stringContaining('controller') as string,
    });
    expect(await exists(project.deployment)).toBe(true);

    await patch(test.cluster, refOf(project.resource('mine')), { metadata: { finalizers: null } });
    await project.remove({ crds: true });
    expect(await exists(project.deployment)).toBe(false);
    expect(await exists(parentOf(project))).toBe(false);
  });

  it('removeSet deletes its namespace, with the parent in it, only on request', async () => {
    const name = test.unique('nx-kube-gone');
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    test.cleanUp(() => remove(test.cluster, refOf(namespace)));
    const set = { name: 'inside', namespace: name };
    await applySet(test.cluster, set, [
      namespace,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: name } },
    ]);
    expect((await removeSet(test.cluster, set)).kept).toEqual([refOf(namespace)]);
    const { removed, kept } = await removeSet(test.cluster, set, { namespaces: true });
    expect([removed, kept]).toEqual([[refOf(namespace)], []]);
    expect(await exists(refOf(namespace))).toBe(false);
  });

  it('removeSet finds kept objects even if the parent is lost', async () => {
    const project = new Project('delta');
    await applySet(test.cluster, project.set, project.manifests().slice(0, 1));
    await remove(test.cluster, parentOf(project));
    expect((await project.remove({ crds: true })).removed).toEqual([project.crd]);
  });

  it('removeSet stops on an abort', async () => {
    const project = new Project('epsilon');
    await applySet(test.cluster, project.set, project.manifests());
    const abort = new AbortController();
    const removing = removeSet(test.cluster, project.set, {
      signal: abort.signal,
      onProgress: ({ action }) => action === 'deleting' && setTimeout(() => abort.abort(), 100),
    });
    await expect(removing).rejects.toThrow(/abort/i);
    await patch(test.cluster, refOf(project.resource('mine')), { metadata: { finalizers: null } });
  });
});
