import type { ServerResponse } from 'node:http';
import { connect, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { answer, fakeApiServer, type FakeApiScript } from '@nx-kube/testing/cluster/fake-api-server.js';
import { onTestFinished } from 'vitest';

const apis: Record<string, [kind: string, plural: string, namespaced: boolean][]> = {
  '/api/v1': [
    ['Namespace', 'namespaces', false],
    ['Node', 'nodes', false],
    ['Pod', 'pods', true],
    ['Event', 'events', true],
    ['ConfigMap', 'configmaps', true],
    ['Secret', 'secrets', true],
    ['ResourceQuota', 'resourcequotas', true],
    ['LimitRange', 'limitranges', true],
  ],
  '/apis/batch/v1': [['Job', 'jobs', true]],
  '/apis/apps/v1': [
    ['Deployment', 'deployments', true],
    ['ReplicaSet', 'replicasets', true],
    ['StatefulSet', 'statefulsets', true],
  ],
};

export interface FakeCluster {
  cluster: Cluster;
  /**
   * What was written, in order: `apply Deployment/demo/app`, `delete ConfigMap/demo/old`; without the parents of
   * ApplySets.
   */
  writes: string[];
  /** The object that the fake server holds. */
  live(kind: string, name: string): KubeObject | undefined;
  /** Puts an object, as the controllers of a real cluster would, and informs the watches. */
  put(object: KubeObject): void;
}

export interface FakeClusterScript {
  objects?: readonly KubeObject[];
  /** Answers an apply of an object in place of the server, where it returns true. */
  onApply?: (object: KubeObject, response: ServerResponse) => boolean | void;
  /** Answers a read of an object in place of the server, where it returns true. */
  onRead?: (path: string, response: ServerResponse) => boolean;
  /** Called with an exec session. */
  socket?: FakeApiScript['socket'];
}

/**
 * A fake API server that holds objects: it applies without field management, lists, watches and deletes. It runs no
 * controllers: the status of an object is what a test puts.
 */
export async function fakeCluster({ objects = [], onApply, onRead, socket }: FakeClusterScript = {}): Promise<FakeCluster> {
  const held = new Map<string, KubeObject>();
  const watches: { sees: (path: string, object: KubeObject) => boolean; response: ServerResponse }[] = [];
  const writes: string[] = [];
  let version = 100;
  const put = (object: KubeObject) => {
    const path = pathOf(object);
    const type = held.has(path) ? 'MODIFIED' : 'ADDED';
    const uid = object.metadata.uid ?? held.get(path)?.metadata.uid ?? path;
    const metadata = { ...object.metadata, uid, generation: 1, resourceVersion: String((version += 1)) };
    const stored = { ...object, metadata };
    held.set(path, stored);
    for (const { sees, response } of watches) {
      if (sees(path, stored)) response.write(`${JSON.stringify({ type, object: stored })}\n`);
    }
    return stored;
  };
  objects.forEach(put);
  const server = await fakeApiServer({
    socket,
    request: ({ method, url = '', headers }, response, body) => {
      const { pathname: path, searchParams: query } = new URL(url, 'http://fake');
      const kinds = apis[path];
      if (kinds) {
        const resources = kinds.map(([kind, name, namespaced]) => ({ kind, name, namespaced, verbs: ['list', 'watch'] }));
        return answer(response, 200, { resources });
      }
      if (path === '/apis') {
        const groupVersion = { groupVersion: 'apps/v1', version: 'v1' };
        return answer(response, 200, { groups: [{ name: 'apps', versions: [groupVersion], preferredVersion: groupVersion }] });
      }
      if (method === 'PATCH' && headers['content-type']?.includes('merge-patch')) {
        const before = held.get(path)!;
        writes.push(`patch ${subjectOf(before)}`);
        return answer(response, 200, put(mergePatched(before, JSON.parse(body)) as KubeObject));
      }
      if (method === 'PATCH') {
        const object = JSON.parse(body) as KubeObject;
        if (onApply?.(object, response)) return;
        const isDryRun = query.has('dryRun');
        if (!isParent(object)) writes.push(`${isDryRun ? 'try' : 'apply'} ${subjectOf(object)}`);
        const before = held.get(path);
        const after = { ...object, status: before?.['status'] as unknown };
        return answer(response, 200, isDryRun ? after : sameContent(before, after) ? before : put(after));
      }
      const found = held.get(path);
      if (method === 'DELETE' && found) {
        writes.push(`delete ${subjectOf(found)}`);
        held.delete(path);
        return answer(response, 200, { kind: 'Status', status: 'Success' });
      }
      if (onRead?.(path, response)) return;
      if (!isCollection(path)) return found ? answer(response, 200, found) : notFound(response);
      const sees = (at: string, object: KubeObject) => within(path, at) && isSelected(object, query);
      if (query.has('watch')) {
        response.flushHeaders();
        // What has changed since the list that the watch goes on from.
        const since = Number(query.get('resourceVersion') ?? version);
        for (const [at, object] of held) {
          const isNew = Number(object.metadata.resourceVersion) > since;
          if (isNew && sees(at, object)) response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
        }
        return void watches.push({ sees, response });
      }
      const items = [...held].filter(([at, object]) => sees(at, object)).map(([, one]) => one);
      answer(response, 200, { metadata: { resourceVersion: String(version) }, items });
    },
  });
  const cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  onTestFinished(async () => {
    await cluster.close();
    await server.close();
  });
  const live = (kind: string, name: string) =>
    [...held.values()].find((object) => object.kind === kind && object.metadata.name === name);
  return { cluster, writes, live, put };
} // prettier-ignore

/** The status of a Deployment that is available, or not yet. */
export function deploymentStatus(isReady: boolean): Record<string, unknown> {
  const count = isReady ? 1 : 0;
  return {
    ...{ observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: count, availableReplicas: count },
    conditions: [{ type: 'Available', status: isReady ? 'True' : 'False' }],
  };
}

/** A JSON merge patch, of objects alone. */
function mergePatched(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null) return patch;
  const merged: Record<string, unknown> = { ...(before as Record<string, unknown> | undefined) };
  for (const [key, value] of Object.entries(patch)) merged[key] = mergePatched(merged[key], value);
  return merged;
}

function subjectOf({ kind, metadata: { namespace, name } }: KubeObject): string {
  return [kind, ...(namespace ? [namespace] : []), name].join('/');
}

/** The Secret that an ApplySet is recorded in. */
function isParent({ kind, metadata }: KubeObject): boolean {
  return kind === 'Secret' && metadata.labels?.['applyset.kubernetes.io/id'] !== undefined;
}

function pathOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const plural = apis[root]!.find(([served]) => served === kind)![1];
  return `${root}${namespace ? `/namespaces/${namespace}` : ''}/${plural}/${name}`;
}

function isCollection(path: string): boolean {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return Object.values(apis).some((kinds) => kinds.some(([, plural]) => plural === last));
}

/** Whether the collection at a path, of one namespace or of all, holds the object at another one. */
function within(collection: string, path: string): boolean {
  const own = path.slice(0, path.lastIndexOf('/'));
  return own === collection || own.replace(/\/namespaces\/[^/]+(?=\/)/, '') === collection;
}

function isSelected({ metadata }: KubeObject, query: URLSearchParams): boolean {
  const [label, value] = query.get('labelSelector')?.split('=') ?? [];
  const [, name] = query.get('fieldSelector')?.split('metadata.name=') ?? [];
  const found = label && metadata.labels?.[label];
  return (!label || (value === undefined ? found !== undefined : found === value)) && (!name || metadata.name === name);
}

function sameContent(before: KubeObject | undefined, after: KubeObject): boolean {
  const content = ({ metadata, ...rest }: KubeObject) =>
    JSON.stringify([metadata.labels, metadata.annotations, { ...rest, status: undefined }]);
  return before !== undefined && content(before) === content(after);
}

function notFound(response: ServerResponse): void {
  answer(response, 404, { kind: 'Status', status: 'Failure', reason: 'NotFound', message: 'not found', code: 404 });
}
