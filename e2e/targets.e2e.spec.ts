import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, type Cluster, type Ref } from '@nx-kube/cluster';
import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { versionsOfSet } from '@nx-kube/testing/e2e/apply-sets.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'greeter-controller';
const project = 'greeter-targets-controller';
const namespace = 'greeter-targets-system';
const theNamespace: Ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
const fromCache = 'Nx read the output from the cache instead of running the command for 1 out of 1 tasks';

let cluster: Cluster;
let workspace: Workspace;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder, 'ocm-controller']);
  workspace.renameGreeter('greeter-targets');
});

afterAll(async () => {
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

/** Runs a target and expects it to succeed. Returns its output. */
async function run(target: string, ...args: string[]): Promise<string> {
  const { all, exitCode } = await workspace.nx(['run', `${project}:${target}`, ...args]);
  expect(exitCode, all).toBe(0);
  return all;
}

/** Runs a target and expects it to fail. Returns its output. */
async function fail(target: string, ...args: string[]): Promise<string> {
  const { all, exitCode } = await workspace.nx(['run', `${project}:${target}`, ...args]);
  expect(exitCode, all).toBe(1);
  return all;
}

async function thePod() {
  const pods = await podsOf(cluster, namespace, `app=${project}`);
  expect(pods).toHaveLength(1);
  return pods[0]!;
}
const parent = (): Promise<unknown> =>
  read(cluster, { apiVersion: 'v1', kind: 'Secret', namespace: cluster.namespace, name: `nx-kube-${project}` });

describe('nx run ocm-controller:go-build', () => {
  const goBuild = async () => {
    const { all, exitCode } = await workspace.nx(['run', 'ocm-controller:go-build']);
    expect(exitCode, all).toBe(0);
    return all;
  };

  it('the second go-build comes from the cache', async () => {
    expect(await goBuild()).not.toContain(fromCache);
    expect(await goBuild()).toContain(fromCache);
  });

  it('the cache restores bin/', async () => {
    const binary = workspace.path('ocm-controller/bin/manager');
    const built = readFileSync(binary);
    rmSync(workspace.path('ocm-controller/bin'), { recursive: true });
    expect(await goBuild()).toContain(fromCache);
    expect(readFileSync(binary).equals(built)).toBe(true);
  });
});

describe('targets before anything is in the cluster', () => {
  it('kustomize-apply --dryRun prints the objects and the changes, and writes nothing', async () => {
    const printed = await run('kustomize-apply', '--dryRun');
    expect(printed).toContain('kind: StatefulSet');
    expect(printed).toContain('- /nx-kube/agent');
    expect(printed).toContain(`# Namespace/${namespace} created`);
    expect(printed).toContain(`# StatefulSet/${namespace}/${project} created`);
    expect(await read(cluster, theNamespace)).toBeUndefined();
    expect(await parent()).toBeUndefined();
    expect(await versionsOfSet(cluster, project)).toEqual({});
  });

  it('image-restart reports the missing workload, once, with the next step', async () => {
    const printed = await fail('image-restart');
    expect(printed.split(`StatefulSet/${namespace}/${project} is not in the cluster`)).toHaveLength(2);
    expect(printed).toContain('→ Run kustomize-apply or dev first.');
    expect(printed).not.toContain('    at ');
  });

  it('down has nothing to remove', async () => {
    expect(await run('down')).toContain(`${project} has nothing in ${cluster.context}`);
  });
});

describe('kustomize-apply', () => {
  it('kustomize-apply applies the manifests, and ends when all objects are ready', async () => {
    const printed = await run('kustomize-apply');
    expect(printed).toContain(`Namespace/${namespace} created`);
    expect(await thePod()).toMatchObject({ ready: true, restarts: 0 });
  });

  it('a second kustomize-apply changes nothing', async () => {
    const before = await versionsOfSet(cluster, project);
    const printed = await run('kustomize-apply');
    expect(printed).toContain(`${Object.keys(before).length} objects unchanged`);
    expect(printed).not.toMatch(/ (created|configured|pruned)/);
    expect(await versionsOfSet(cluster, project)).toEqual(before);
  });

  it('kustomize-apply leaves replicas as kubectl scale set them, and names the command that overwrites them', async () => {
    await kubectl(['scale', '--replicas=0', '--namespace', namespace, `statefulset/${project}`]);
    const force = `nx run ${project}:kustomize-apply --force`;
    expect(await run('kustomize-apply')).toContain(
      `StatefulSet/${namespace}/${project}: spec.replicas stays as kubectl scale set it. To overwrite: ${force}`,
    );
    expect(await run('kustomize-apply', '--force')).toContain(
      `StatefulSet/${namespace}/${project} configured (spec.replicas)`,
    );
    expect((await thePod()).ready).toBe(true);
  });

  it('a dry run of 1 MB reaches a pipe completely', async () => {
    const data = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key-${i}`, '§'.repeat(80)]));
    const objects = ['one', 'two'].map((name) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data },
    }));
    workspace.write(`${folder}/large.json`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    workspace.configure(folder, { 'kustomize-apply': { extraManifests: ['{projectRoot}/large.json'] } });
    const printed = await run('kustomize-apply', '--dryRun');
    workspace.configure(folder, {});
    // Nx breaks lines where its own pipe ends a piece, so characters count, not lines.
    expect(printed.replace(/[^§]/g, '')).toHaveLength(2 * 5000 * 80);
    expect(printed).toContain('Successfully ran target kustomize-apply');
  });

  it('kustomize-apply delivers the result of patches and a transform module', async () => {
    workspace.write(
      `${folder}/labels.mjs`,
      `export default (objects) =>
        objects.map((o) => (o.kind === 'ServiceAccount' ? { ...o, metadata: { ...o.metadata, labels: { ...o.metadata.labels, team: 'blue' } } } : o));`,
    );
    const env = { containers: [{ name: 'manager', env: [{ name: 'GOMEMLIMIT', value: '150MiB' }] }] };
    workspace.configure(folder, {
      'kustomize-apply': {
        transform: '{projectRoot}/labels.mjs',
        patches: [
          { target: { kind: 'StatefulSet' }, merge: { spec: { template: { spec: env } } } },
          {
            target: { kind: 'StatefulSet', name: project },
            json: [{ op: 'replace', path: '/spec/template/spec/terminationGracePeriodSeconds', value: 5 }],
          },
        ],
      },
    });
    const before = await versionsOfSet(cluster, project);
    expect(await run('kustomize-apply', '--dryRun')).toContain(`# StatefulSet/${namespace}/${project} configured`);
    expect(await versionsOfSet(cluster, project)).toEqual(before);

    await run('kustomize-apply');
    const { object, ready } = await thePod();
    expect(ready).toBe(true);
    expect(object['spec']).toMatchObject({ ...env, terminationGracePeriodSeconds: 5 });
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: project };
    expect((await read(cluster, account))!.metadata.labels).toMatchObject({ team: 'blue' });
  });
});

describe('image-restart by itself', () => {
  it('image-restart puts an edit into the running pod', async () => {
    const before = await thePod();
    const process = await runningIn(cluster, namespace, before.name);
    workspace.edit(`${folder}/main.go`, '-controller 0.1.0', '-controller 0.2.0');
    expect(await run('image-restart')).toContain('restarted in 1 pod, 1 with a new binary');

    expect(await thePod()).toMatchObject({ uid: before.uid, restarts: 0 });
    const now = await runningIn(cluster, namespace, before.name);
    expect(now.digest).not.toBe(process.digest);
    expect(now.pid).not.toBe(process.pid);
  });

  it('image-restart only restarts the process if no file was edited', async () => {
    const before = await thePod();
    const process = await runningIn(cluster, namespace, before.name);
    expect(await run('image-restart')).toContain('restarted in 1 pod, 0 with a new binary');

    expect(await thePod()).toMatchObject({ uid: before.uid, restarts: 0 });
    const now = await runningIn(cluster, namespace, before.name);
    expect(now.digest).toBe(process.digest);
    expect(now.pid).not.toBe(process.pid);
  });

  it('image-restart puts a new image into the workload, which replaces the pod', async () => {
    const before = await thePod();
    workspace.configure(folder, { 'image-build': { labels: { team: 'blue' } } });
    expect(await run('image-restart')).toContain('restarted in 1 pod');

    const now = await thePod();
    const imageOf = ({ object }: typeof now) => object['spec'].containers[0].image as string;
    expect(imageOf(now)).not.toBe(imageOf(before));
    expect(now.uid).not.toBe(before.uid);
    expect(now.ready).toBe(true);
  });

  it('image-restart first gives the agent to a workload without one', async () => {
    workspace.configure(folder, { 'kustomize-apply': { agent: false } });
    await run('kustomize-apply');
    expect((await thePod()).object['spec'].initContainers).toBeUndefined();

    await run('image-restart');
    const pod = await thePod();
    expect(pod.object['spec'].initContainers).toMatchObject([{ name: 'nx-kube-agent' }]);
    expect((await runningIn(cluster, namespace, pod.name)).digest).toBeDefined();
    expect(Object.keys(await versionsOfSet(cluster, project))).toContain(`StatefulSet/${namespace}/${project}`);
  });
});
