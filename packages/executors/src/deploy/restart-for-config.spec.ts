import { refOf, type Change, type KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { deployment } from '../workload/workload.fixture.js';
import { fakeCluster } from './fake-cluster.fixture.js';
import { restartForConfig } from './restart-for-config.js';

const change = (object: KubeObject, action: Change['action'], ...fields: string[]): Change => {
  const { namespace, name } = object.metadata;
  return { subject: `${object.kind}/${namespace}/${name}`, ref: refOf(object), action, fields };
};
const config = (kind: string, name: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind, metadata: { name, namespace: 'demo' } },
});
const settings = change(config('ConfigMap', 'settings'), 'configured', 'data.level');
const password = change(config('Secret', 'password'), 'configured', 'data.token');

const readsAtStart = (name: string) =>
  deployment(name, {
    env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'password', key: 'token' } } }],
    envFrom: [{ configMapRef: { name: 'settings' } }],
  });
/** A Deployment with the ConfigMap mounted, as one file where the mount has a subPath. */
const mounts = (name: string, more = {}) => {
  const object = deployment(name, { volumeMounts: [{ name: 'v', mountPath: '/etc/v', ...more }] });
  object['spec'].template.spec.volumes = [{ name: 'v', configMap: { name: 'settings' } }];
  return object;
};

async function restart(objects: KubeObject[], ...changes: Change[]) {
  const fake = await fakeCluster({ objects });
  const lines = await restartForConfig(fake.cluster, { main: refOf(objects[0]!), objects, changes });
  return { lines, writes: fake.writes };
}

describe('restartForConfig (with a fake API server)', () => {
  it.each([
    ['a ConfigMap in envFrom', readsAtStart('app'), settings, 'ConfigMap/demo/settings', 'envFrom'],
    ['a Secret in env', readsAtStart('app'), password, 'Secret/demo/password', 'env'],
    ['a file mounted by subPath', mounts('app', { subPath: 'level' }), settings, 'ConfigMap/demo/settings', 'subPath'],
  ])('the workload restarts when %s changes', async (_, object, changed, subject, use) => {
    const { lines, writes } = await restart([object], changed);
    expect(writes).toEqual(['patch Deployment/demo/app']);
    expect(lines).toEqual([`Deployment/demo/app restarts: its pods read ${subject} only at their start (${use})`]);
  });

  it('the workload restarts once for several changes, with a line for each', async () => {
    const { lines, writes } = await restart([readsAtStart('app')], settings, password);
    expect(writes).toHaveLength(1);
    expect(lines).toHaveLength(2);
  });

  it('a folder follows by itself, and a line says what a process has to do that reads it once', async () => {
    const { lines, writes } = await restart([mounts('app')], settings);
    expect(writes).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('gets the files of ConfigMap/demo/settings within about a minute')]);
  });

  it('another workload is not restarted, and a line says that it has to be', async () => {
    const { lines, writes } = await restart([deployment('app'), readsAtStart('other')], settings);
    expect(writes).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('Deployment/demo/other has to be restarted')]);
  });

  it('a workload that the same apply has replaced, or that uses something else, stays as it is', async () => {
    const object = readsAtStart('app');
    const replaced = change(object, 'configured', 'spec.template.spec.containers[manager].image');
    expect(await restart([object], settings, replaced)).toEqual({ lines: [], writes: [] });
    expect(await restart([object], settings, change(object, 'created'))).toEqual({ lines: [], writes: [] });
    const other = change(config('ConfigMap', 'other'), 'configured', 'data.level');
    const labels = change(config('ConfigMap', 'settings'), 'configured', 'metadata.labels.team');
    expect(await restart([object], other, labels)).toEqual({ lines: [], writes: [] });
  });

  it('a StatefulSet whose pods are replaced by hand is not restarted, and a line says that it has to be', async () => {
    const object: KubeObject = { ...readsAtStart('app'), kind: 'StatefulSet' };
    object['spec'].updateStrategy = { type: 'OnDelete' };
    const { lines, writes } = await restart([object], settings);
    expect(writes).toEqual([]);
    expect(lines).toEqual([expect.stringContaining('StatefulSet/demo/app has to be restarted')]);
  });
});
