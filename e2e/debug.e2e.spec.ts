import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureIsHarmless, inBackground } from '@nx-kube/cluster';
import { apply, list, parseManifests, read, remove, type Cluster, type KubeObject, type Ref } from '@nx-kube/cluster';
import { DapClient } from '@nx-kube/testing/e2e/dap-client.js';
import { DelveClient } from '@nx-kube/testing/e2e/delve-client.js';
import { DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { noProcessesOf, processesOf } from '@nx-kube/testing/e2e/processes.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

// The name differs in each run: no node has its image yet, so the pod starts from the very binary to be debugged.
const name = `ocm-debug-${Date.now().toString(36)}`;
const project = `${name}-controller`;
const namespace = `${name}-system`;
const greeting = 'ocm-controller/controllers/greeting.go';
const deployment: Ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: project };
const version: KubeObject = {
  apiVersion: `${name}.example.com/v1alpha1`,
  kind: 'ComponentVersion',
  metadata: { name: 'held', namespace },
  spec: {
    component: 'example.com/held',
    version: '1.0.0',
    interval: '1h',
    resources: [
      {
        name: 'settings',
        type: 'Kustomization',
        files: {
          'kustomization.yaml': 'resources:\n- settings.yaml\n',
          'settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: held\ndata:\n  color: blue\n',
        },
      },
    ],
  },
};
const versionRef: Ref = { apiVersion: version.apiVersion, kind: version.kind, namespace, name: 'held' };

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop;
let delve: DelveClient;
/** Spec of the Deployment after debugging has ended. */
let undone: KubeObject['spec'];

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace(['ocm-controller']);
  workspace.renameOcm(name);
}, 900_000);

afterAll(async () => {
  delve?.close();
  if (loop?.process.exitCode === null) await loop.stop();
  if (cluster) {
    await apply(cluster, [{ ...version, spec: { ...version['spec'], deletionPolicy: 'Orphan' } }]).catch(
      failureIsHarmless,
    );
    await remove(cluster, versionRef).catch(failureIsHarmless);
  }
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

async function thePod() {
  const pods = await podsOf(cluster, namespace, `app=${project}`);
  expect(pods).toHaveLength(1);
  return pods[0]!;
}
const spec = async () => (await read(cluster, deployment))!['spec'];
const withoutTags = (object: unknown): unknown =>
  JSON.parse(
    JSON.stringify(object, (key, value: unknown) =>
      key === 'image' ? (value as string).replace(/:[^:/]*$/, '') : value,
    ),
  );
const line = (text: string) =>
  workspace
    .read(greeting)
    .split('\n')
    .findIndex((one) => one.includes(text)) + 1;

describe('nx run ocm-controller:dev --configuration debug', () => {
  it('the controller comes up under Delve, in a pod that is as hardened as before', async () => {
    loop = new DevLoop(workspace, project, ['--configuration=debug']);
    const { changes } = await loop.next('debug');
    expect(changes).toEqual(
      expect.arrayContaining(['no livenessProbe, readinessProbe', '--leader-elect → --leader-elect=false']),
    );
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
    const { object } = await thePod();
    const [manager] = object['spec'].containers;
    expect(manager.command.slice(0, 4)).toEqual(['/nx-kube/agent', 'run', '--debug=30000', '--']);
    const manifests = 'dist/ocm-controller/manifests.yaml';
    const rendered = parseManifests(workspace.read(manifests), manifests).find(
      ({ kind, metadata }) => kind === deployment.kind && metadata.name === project,
    )!['spec'].template.spec;
    expect(manager.securityContext).toEqual(rendered.containers[0].securityContext);
    expect(object['spec'].securityContext).toEqual(rendered.securityContext);
  }, 900_000);

  it('a custom resource hits a breakpoint in the reconciler, and a variable is shown', async () => {
    loop.skip();
    delve = await connectedDelve();
    await delve.command('halt');
    const file = workspace.path(greeting);
    await delve.call('CreateBreakpoint', { Breakpoint: { file, line: line('return greeting.Compose') } });
    const stopped = delve.command('continue');
    await apply(cluster, [version]);
    const { currentThread } = await stopped;
    expect(currentThread).toMatchObject({
      file,
      function: { name: expect.stringMatching(/controllers\.greetingFor$/) },
    });
    expect(await delve.value('version.Spec.Component')).toBe('example.com/held');
  });

  it('a pause of 60 s does not restart or replace the pod, make it unready, or lose a lease', async () => {
    const pod = await thePod();
    await wait(60_000);
    expect(await thePod()).toMatchObject({ uid: pod.uid, restarts: 0, ready: true });
    // No lease can be lost: leader election is off.
    expect(await list(cluster, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace })).toEqual([]);
    expect((await delve.call('State', { NonBlocking: true })).State).toMatchObject({ Running: false });
  });

  it('an edit reaches the paused process, and the same client hits its breakpoint in the new code', async () => {
    const pod = await thePod();
    const { pid } = await runningIn(cluster, namespace, pod.name);
    workspace.edit(
      greeting,
      'return greeting.Compose(salutation',
      'edited := "by the debugger\'s user"\n\treturn greeting.Compose(salutation+edited',
    );
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
    expect(await thePod()).toMatchObject({ uid: pod.uid, restarts: 0 });
    expect((await runningIn(cluster, namespace, pod.name)).pid).not.toBe(pid);

    expect(delve.ended).toBe(false);
    const { currentThread } = await delve.command('continue');
    expect(currentThread).toMatchObject({ line: line('edited :='), breakPoint: { id: 1 } });
    await delve.command('next');
    expect(await delve.value('edited')).toBe("by the debugger's user");
    await delve.call('ClearBreakpoint', { Id: 1 });
    inBackground(delve.command('continue'), failureIsHarmless);
  });

  it('the loop restarts a process that ends while no debugger is connected', async () => {
    delve.close();
    workspace.edit(greeting, 'edited := "', 'edited := "once more ');
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
    const greeted = async () => (await read(cluster, versionRef))?.['status']?.greeting as string | undefined;
    await expect.poll(greeted, { timeout: 60_000 }).toContain('once more by the debugger');
  });

  it('an edit reaches the process that VS Code debugs, and its session and breakpoints stay', async () => {
    const dap = await DapClient.connect(30000);
    try {
      const held = line('return greeting.Compose');
      await dap.attach(workspace.path(greeting), [held]);
      await apply(cluster, [{ ...version, spec: { ...version['spec'], version: '1.0.1' } }]);
      const first = await dap.atBreakpoint();
      expect(first.frame).toMatchObject({ line: held, name: expect.stringMatching(/controllers\.greetingFor$/) });
      expect(await dap.value('edited', first.frame.id)).toBe('"once more by the debugger\'s user"');

      workspace.edit(greeting, 'edited := "once more', 'edited := "in VS Code');
      expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
      expect(dap.ended).toBe(false);
      await dap.request('continue', { threadId: first.threadId });
      const second = await dap.atBreakpoint();
      expect(second.frame).toMatchObject({ line: held });
      expect(await dap.value('edited', second.frame.id)).toBe('"in VS Code by the debugger\'s user"');
      await dap.setBreakpoints(workspace.path(greeting), []);
      await dap.request('continue', { threadId: second.threadId });
    } finally {
      dap.close();
    }
  });

  it('the workload is as it was once debugging has ended', async () => {
    // Nx passes on no output after Ctrl-C, and may end before the executor.
    await loop.stop();
    const manager = async () => (await spec()).template.spec.containers[0];
    const plain = ['/nx-kube/agent', 'run', '--', '/manager'];
    await expect.poll(async () => (await manager()).command.slice(0, 4), { timeout: 60_000 }).toEqual(plain);
    expect(await manager()).toMatchObject({
      command: expect.arrayContaining(['--leader-elect']),
      livenessProbe: expect.anything(),
      readinessProbe: expect.anything(),
    });
    undone = await spec();
  });

  it('kustomize-apply restores the workload of a debug session that was killed', async () => {
    loop = new DevLoop(workspace, project, ['--configuration=debug']);
    await loop.next('debug');
    expect((await spec()).template.spec.containers[0].command).toContain('--debug=30000');
    for (const { pid } of processesOf(workspace.root)) process.kill(pid, 'SIGKILL');
    await noProcessesOf(workspace.root);
    const applied = await workspace.nx(['run', `${project}:kustomize-apply`]);
    expect(applied.exitCode, applied.all).toBe(0);
    // The image of this configuration holds another binary, so it has another tag.
    expect(withoutTags(await spec())).toEqual(withoutTags(undone));
  }, 900_000);
});

/** The forward leads to an existing pod, but the debugger starts to listen a moment later. */
async function connectedDelve(): Promise<DelveClient> {
  for (;;) {
    const client = await DelveClient.connect(30000);
    const answered = client.call('State', { NonBlocking: true }).then(Boolean, () => false);
    // A connection from before the debugger listens may get no answer.
    if (await Promise.race([answered, wait(3000).then(() => false)])) return client;
    client.close();
    await wait(200);
  }
}
