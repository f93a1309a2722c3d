import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { describe, expect, it } from 'vitest';
import { create, patch, remove } from '../api/objects.js';
import { refOf, type KubeObject } from '../object/kube-object.js';
import { watch, type WatchEvent, type WatchOptions, type Watcher } from './watch.js';

const test = useCluster('watch');

function configMap(name: string, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: test.namespace, labels }, data: {} };
}

/** Starts a watch that records its events and can wait for one. */
function record(options: Partial<WatchOptions> = {}) {
  const events: string[] = [];
  const waiting = new Map<string, () => void>();
  const watcher: Watcher = watch(
    test.cluster,
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: test.namespace, labelSelector: 'test', ...options },
    (event: WatchEvent) => {
      const line = 'object' in event ? `${event.type} ${event.object.metadata.name}` : event.type;
      events.push(line);
      waiting.get(line)?.();
    },
  );
  const seen = (line: string) =>
    events.includes(line) ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(line, resolve));
  return { events, watcher, seen };
}

describe('watch', () => {
  it('a watch reports existing objects, then additions, changes and deletions, and nothing else', async () => {
    await create(test.cluster, configMap('before', { test: 'a' }));
    const { events, watcher, seen } = record();
    await watcher.synced;
    expect(events).toEqual(['added before']);
    await create(test.cluster, configMap('unlabelled'));
    await create(test.cluster, configMap('during', { test: 'a' }));
    await seen('added during');
    await patch(test.cluster, refOf(configMap('during')), { data: { a: 'b' } });
    await seen('modified during');
    expect(watcher.store.get(`${test.namespace}/during`)!.data).toEqual({ a: 'b' });
    expect(watcher.store.get(`${test.namespace}/during`)!.metadata.managedFields).toBeUndefined();
    // An object that leaves the selection counts as deleted.
    await patch(test.cluster, refOf(configMap('during')), { metadata: { labels: { test: null } } });
    await seen('deleted during');
    await remove(test.cluster, refOf(configMap('before')));
    await seen('deleted before');
    await watcher.stop();
    expect(events).toEqual(['added before', 'added during', 'modified during', 'deleted during', 'deleted before']);
  });

  it('a watch of one object sees only that object', async () => {
    const { events, watcher, seen } = record({ labelSelector: undefined, fieldSelector: 'metadata.name=chosen' });
    await create(test.cluster, configMap('other'));
    await create(test.cluster, configMap('chosen'));
    await seen('added chosen');
    await watcher.stop();
    expect(events).toEqual(['added chosen']);
  });

  it('a watch lists all objects, also over several pages', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `page-${i}`);
    await Promise.all(names.map((name) => create(test.cluster, configMap(name, { test: 'page' }))));
    const { watcher } = record({ labelSelector: 'test=page', pageSize: 7 });
    await watcher.synced;
    expect(watcher.store.size).toBe(30);
    await watcher.stop();
  });

  it('a watch of an unknown kind is refused', async () => {
    const { watcher } = record({ apiVersion: 'nowhere.dev/v1', kind: 'Nothing' });
    await expect(watcher.synced).rejects.toThrow(/does not know the kind Nothing/);
  });
});
