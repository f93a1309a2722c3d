import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  list,
  logs,
  read,
  remove,
  watch,
  type Change,
  type Cluster,
  type KubeObject,
  type Ref,
} from '@nx-kube/cluster';
import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { changed, DevLoop, type Event } from '@nx-kube/testing/e2e/dev-loop.js';
import { localCluster } from '@nx-kube/testing/e2e/local-cluster.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import {
  firstProcess,
  memoryOf,
  noProcessesOf,
  processes,
  processesOf,
  type ProcessInfo,
} from '@nx-kube/testing/e2e/processes.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const namespace = 'ocm-system';
const marker = 'ocm-controller/pkg/build/marker.go';
const deployment: Ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'ocm-controller' };
const settings: Ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'settings' };

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace(['ocm-controller']);
  workspace.write(
    'ocm-controller/config/manager/settings.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  level: one\n',
  );
  workspace.edit(
    'ocm-controller/config/manager/kustomization.yaml',
    '- manager.yaml',
    '- manager.yaml\n- settings.yaml',
  );
  // A user comes from `make deploy`: the container has arguments, and no command.
  workspace.edit('ocm-controller/config/manager/manager.yaml', '        command:\n        - /manager\n', '');
  const { exitCode, all } = await workspace.nx(['run', 'ocm-controller:kustomize-build']);
  expect(exitCode, all).toBe(0);
  await kubectl(['apply', '-f', workspace.path('dist/ocm-controller/manifests.yaml')]);
  loop = new DevLoop(workspace, 'ocm-controller');
});

afterAll(async () => {
  if (loop?.process.exitCode === null) await loop.stop();
  await workspace?.nx(['run', 'ocm-controller:down', '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

/** The one pod of the controller. */
async function thePod() {
  const pods = await podsOf(cluster, namespace, 'app=ocm-controller');
  expect(pods).toHaveLength(1);
  return pods[0]!;
}
/** The pods with the current binary, as the loop has reported them. */
function currentPods(): string[] {
  const states = new Map(loop.events.flatMap(({ type, pod, state }) => (type === 'pod' ? [[pod, state]] : [])));
  return [...states].flatMap(([pod, state]) => (state === 'current' ? [pod as string] : []));
}
const digestOfBuild = () =>
  `sha256:${createHash('sha256')
    .update(readFileSync(workspace.path('ocm-controller/bin/manager')))
    .digest('hex')}`;
const running = async (pod: string) => (await runningIn(cluster, namespace, pod)).digest;

/** Start messages in the controller's log: the constant that the tests edit. */
async function markersInLog(pod: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of logs(cluster, { namespace, pod, container: 'manager' })) {
    const [, text] = /"build"\s*:\s*"([^"]*)"/.exec(line) ?? [];
    if (text) found.push(text);
  }
  return found;
}
const markerInLog = async (pod: string) => (await markersInLog(pod)).at(-1);
/** Waits until a start message is the last one in a controller's log: the log lags behind the process. */
async function logged(pod: string, text: string): Promise<void> {
  await expect.poll(() => markerInLog(pod), { timeout: 60_000 }).toBe(text);
}
let saves = 0;
/** Saves a controller with another start message. Returns the message. */
function saveAnother(): string {
  saves += 1;
  const text = `ocm-controller save ${saves}`;
  workspace.edit(marker, /const Marker = ".*"/, `const Marker = "${text}"`);
  return text;
}
const versionsOf = (objects: KubeObject[]) =>
  Object.fromEntries(objects.map((o) => [`${o.kind}/${o.metadata.name}`, o.metadata.resourceVersion]));
async function setObjects(): Promise<KubeObject[]> {
  const kinds = [
    ['v1', 'ConfigMap'],
    ['v1', 'Service'],
    ['v1', 'ServiceAccount'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
  ] as const;
  const all = await Promise.all(
    kinds.map(([apiVersion, kind]) =>
      list(cluster, { apiVersion, kind, namespace, labelSelector: 'applyset.kubernetes.io/part-of' }),
    ),
  );
  return all.flat();
}

describe('nx run ocm-controller:dev', () => {
  it('dev says what Ctrl-C leaves, brings everything up, and the pod is healthy', async () => {
    const start = await loop.next('start');
    expect(start['leaves']).toBe(
      'Ctrl-C ends the loop and leaves everything running in the cluster; nx run ocm-controller:down removes it.',
    );
    await loop.up();
    expect(await thePod()).toMatchObject({ restarts: 0, ready: true });
    expect(await podsOf(cluster, namespace, 'app=registry')).toMatchObject([{ ready: true }]);
  });

  it('the process has the arguments of the manifest once, although kubectl applied the workload first', async () => {
    const { changes } = await loop.first('applied');
    expect(changes.find(({ ref }: Change) => ref.kind === 'Deployment' && ref.name === 'ocm-controller')).toMatchObject(
      {
        takenOver: ['kubectl-client-side-apply'],
      },
    );
    const [manager] = (await thePod()).object['spec'].containers;
    expect(manager.args ?? []).toEqual([]);
    const flags = ['--leader-elect', '--health-probe-bind-address=:8081', '--metrics-bind-address=0'];
    const isManager = ({ command }: ProcessInfo) => command.includes(flags[1]!) && command[1] !== 'run';
    expect(processes(isManager).map(({ command }) => command.slice(1))).toEqual([flags]);
  });

  it('the pod passes restricted admission and differs from the rendered one only by the agent', async () => {
    const enforced = await read(cluster, { apiVersion: 'v1', kind: 'Namespace', name: namespace });
    expect(enforced!.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });

    const { object } = await thePod();
    const spec = object['spec'];
    const [manager] = spec.containers;
    expect(manager).toMatchObject({
      command: [
        '/nx-kube/agent',
        'run',
        '--',
        '/manager',
        '--leader-elect',
        '--health-probe-bind-address=:8081',
        '--metrics-bind-address=0',
      ],
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      env: [{ name: 'GOMEMLIMIT', value: '200MiB' }],
    });
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.initContainers).toMatchObject([{ name: 'nx-kube-agent', securityContext: manager.securityContext }]);
    expect(spec.volumes.filter((v: { name: string }) => !v.name.startsWith('kube-api-access'))).toEqual([
      { name: 'nx-kube-agent', emptyDir: { sizeLimit: expect.stringMatching(/^\d+Mi$/) } },
    ]);
  });

  it('an edit reaches the same pod as a new process', async () => {
    const before = await thePod();
    const process = await runningIn(cluster, namespace, before.name);
    const text = saveAnother();
    const entry = await loop.entry('go-build');
    expect(entry).toMatchObject({ outcome: 'delivered', pods: 1 });
    expect(Object.keys(entry['timings'])).toEqual(
      expect.arrayContaining(['watch', 'build', 'compare', 'sync', 'restart', 'ready', 'total']),
    );

    const after = await thePod();
    expect(after).toMatchObject({ name: before.name, uid: before.uid, restarts: 0 });
    const now = await runningIn(cluster, namespace, after.name);
    expect(now.digest).toBe(digestOfBuild());
    expect(now.digest).not.toBe(process.digest);
    expect(now.pid).not.toBe(process.pid);
    await logged(after.name, text);
  });

  it('an edit sends only a fraction of the binary', async () => {
    saveAnother();
    const entry = await loop.entry('go-build');
    const size = readFileSync(workspace.path('ocm-controller/bin/manager')).length;
    expect(entry['bytes']).toBeGreaterThan(0);
    expect(entry['bytes'] / size).toBeLessThan(0.15);
  });

  it('an edited comment sends nothing and restarts nothing, and the loop reports it', async () => {
    const before = await runningIn(cluster, namespace, (await thePod()).name);
    workspace.edit(marker, '// Package build identifies', '// Package build names');
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'unchanged' });
    expect(await runningIn(cluster, namespace, (await thePod()).name)).toMatchObject({
      pid: before.pid,
      digest: before.digest,
    });
  });

  it('a compile error keeps the old process, and the fixed code runs', async () => {
    const pod = (await thePod()).name;
    const before = await runningIn(cluster, namespace, pod);
    workspace.edit(marker, 'const Marker', 'const = Marker');
    const broken = await loop.entry('go-build');
    expect(broken['outcome']).toBe('failed');
    expect(broken['message']).toContain('ocm-controller/pkg/build/marker.go:');
    expect((await runningIn(cluster, namespace, pod)).pid).toBe(before.pid);

    workspace.edit(marker, 'const = Marker', 'const Marker');
    const text = saveAnother();
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered' });
    await logged(pod, text);
  });

  it('only the last of several rapid saves runs', async () => {
    const pod = (await thePod()).name;
    loop.skip();
    const from = loop.events.length;
    saveAnother();
    await loop.next('target', ({ target, state }) => target === 'go-build' && state === 'in_progress');
    saveAnother();
    await loop.next('target', ({ target, state }) => target === 'go-build' && state === 'in_progress');
    const text = saveAnother();
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered' });
    await logged(pod, text);
    expect(await running(pod)).toBe(digestOfBuild());
    const started = loop.events.slice(from).filter(({ type, state }) => type === 'process' && state === 'started');
    expect(started).toHaveLength(1);
  });

  it('a replaced pod gets the live binary without an edit, and never runs the old one of its image', async () => {
    const before = await thePod();
    const marker = await markerInLog(before.name);
    loop.skip();
    await remove(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, name: before.name });
    const { pod } = await loop.next('pod', ({ state, pod }) => state === 'current' && pod !== before.name);
    expect(await running(pod)).toBe(digestOfBuild());
    await loop.next('process', (event) => event['state'] === 'ready' && event['pod'] === pod);
    expect(await markersInLog(pod)).toEqual([marker]);
  });

  it('a killed container keeps the live binary', async () => {
    await readyAgain();
    const before = await thePod();
    loop.skip();
    process.kill(firstProcess(before.uid, '/nx-kube/agent'), 'SIGKILL');
    await loop.next('pod', ({ state, pod }) => state === 'gone' && pod === before.name);
    const { digest } = await loop.next('pod', ({ state, pod }) => state === 'connected' && pod === before.name);
    expect(digest).toBe(digestOfBuild());
    // The kubelet reports the restart after the new process has connected.
    await expect.poll(thePod, { timeout: 60_000 }).toMatchObject({ uid: before.uid, restarts: 1 });
  });

  it('every replica gets the current binary', async () => {
    await readyAgain();
    workspace.edit('ocm-controller/config/manager/manager.yaml', 'replicas: 1', 'replicas: 3');
    loop.skip();
    await loop.next('healthy');
    // A pod is ready with the binary of its image, perhaps before the loop has connected to it.
    await loop.first('pod', () => currentPods().length === 3);
    const text = saveAnother();
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 3 });
    const pods = await podsOf(cluster, namespace, 'app=ocm-controller');
    expect(pods).toHaveLength(3);
    const digests = await Promise.all(pods.map(({ name }) => running(name)));
    expect(new Set(digests)).toEqual(new Set([digestOfBuild()]));
    await Promise.all(pods.map(({ name }) => logged(name, text)));

    workspace.edit('ocm-controller/config/manager/manager.yaml', 'replicas: 3', 'replicas: 1');
    loop.skip();
    await loop.next('healthy');
  });

  it('an edited manifest applies only its object', async () => {
    const before = versionsOf(await setObjects());
    workspace.edit('ocm-controller/config/manager/settings.yaml', 'level: one', 'level: two');
    const entry = await loop.entry('kustomize-build');
    const changes = changed(entry['changes']);
    expect(changes).toMatchObject([
      { subject: `ConfigMap/${namespace}/settings`, action: 'configured', fields: ['data.level'] },
    ]);
    const after = versionsOf(await setObjects());
    const differing = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(differing).toEqual(['ConfigMap/settings']);
    expect((await read(cluster, settings))!['data']).toEqual({ level: 'two' });
  });

  it('a failed apply is tried again when its cause is gone', async () => {
    await kubectl(['create', 'quota', 'none', '--namespace', namespace, '--hard=count/configmaps=0']);
    workspace.edit('ocm-controller/config/manager/settings.yaml', 'name: settings', 'name: settings-2');
    loop.skip();
    expect(await loop.entry('kustomize-build')).toMatchObject({ outcome: 'failed' });
    await kubectl(['delete', 'quota', 'none', '--namespace', namespace]);
    const { retry, entry } = await loop.next('ledger', ({ entry }) => entry.outcome === 'delivered');
    expect(retry).toBe(true);
    expect(entry).toMatchObject({ target: 'kustomize-build' });
    workspace.edit('ocm-controller/config/manager/settings.yaml', 'name: settings-2', 'name: settings');
    expect(await loop.entry('kustomize-build')).toMatchObject({ outcome: 'delivered' });
  });

  it('the pod is replaced when a ConfigMap changes that it reads only at its start', async () => {
    const manager = 'ocm-controller/config/manager/manager.yaml';
    const envFrom = '        envFrom:\n        - configMapRef:\n            name: settings\n        env:\n';
    const replaced = async (edit: () => void) => {
      const before = await thePod();
      loop.skip();
      edit();
      await loop.next('pod', ({ state, pod }) => state === 'current' && pod !== before.name);
      await loop.next('healthy');
    };
    await replaced(() => workspace.edit(manager, '        env:\n', envFrom));
    await replaced(() => workspace.edit('ocm-controller/config/manager/settings.yaml', /level: \w+/, 'level: three'));
    const { message } = await loop.first('notice', (event) => event['message'].includes('restarts'));
    expect(message).toBe(
      `Deployment/${namespace}/ocm-controller restarts: its pods read ConfigMap/${namespace}/settings only at their start (envFrom)`,
    );
    await replaced(() => workspace.edit(manager, envFrom, '        env:\n'));
  });

  it('an object that left the kustomization is pruned', async () => {
    workspace.edit('ocm-controller/config/manager/kustomization.yaml', '\n- settings.yaml', '');
    const entry = await loop.entry('kustomize-build');
    expect(entry['changes']).toContainEqual(
      expect.objectContaining({ subject: `ConfigMap/${namespace}/settings`, action: 'pruned' }),
    );
    expect(await read(cluster, settings)).toBeUndefined();
    workspace.edit(
      'ocm-controller/config/manager/kustomization.yaml',
      '- manager.yaml',
      '- manager.yaml\n- settings.yaml',
    );
    await loop.entry('kustomize-build');
    expect(await read(cluster, settings)).toBeDefined();
  });

  it('objects that someone else deletes are reported at once, and an edit of the code brings them back', async () => {
    const isSaid =
      (subject: string) =>
      ({ message }: Event) =>
        message.includes(`${subject} was deleted`);
    loop.skip();
    await remove(cluster, settings);
    await loop.next('unhealthy', isSaid(`ConfigMap/${namespace}/settings`));
    await remove(cluster, deployment);
    const said = await loop.next('unhealthy', isSaid(`Deployment/${namespace}/ocm-controller`));
    saveAnother();
    expect(await loop.entry('kustomize-build')).toMatchObject({ outcome: 'delivered' });
    expect(await read(cluster, settings)).toBeDefined();
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
    // Healthy again may come before the edit is built: the new pod then runs the binary from before.
    await loop.first('healthy', ({ time }) => time > said.time);
    expect(await running((await thePod()).name)).toBe(digestOfBuild());
  });

  it('the loop catches up after the API server was down for 20 s during an edit', async () => {
    const pod = (await thePod()).name;
    loop.skip();
    await localCluster('stop', 'kube-apiserver', '--kill');
    const away = new Promise((resolve) => setTimeout(resolve, 20_000));
    const text = saveAnother();
    await loop.next('cluster', ({ state }) => state === 'unreachable');
    await away;
    await localCluster('up');
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered' });
    expect(await running(pod)).toBe(digestOfBuild());
    await logged(pod, text);
    // The log continues where it stopped.
    const says = ({ line }: Event) => line.includes(text);
    await loop.first('log', says);
    expect(loop.events.filter((event) => event.type === 'log' && says(event))).toHaveLength(1);
  });

  it('the loop uses at most 250 MB of memory, the agent at most 20 MB', async () => {
    const [executor] = processesOf(workspace.root).filter(({ command }) =>
      command.some((word) => word.includes('run-executor')),
    );
    expect(memoryOf(executor!.pid) / 1e6).toBeLessThan(250);
    expect(memoryOf(firstProcess((await thePod()).uid, '/nx-kube/agent')) / 1e6).toBeLessThan(20);
  });

  it('Ctrl-C ends the loop soon, leaves no process, and leaves the pod running', async () => {
    const before = await thePod();
    const { ms } = await loop.stop();
    // Less than 2 s on an idle machine. Other load on the machine is not measured here.
    expect(ms).toBeLessThan(15_000);
    await noProcessesOf(workspace.root);
    expect(await thePod()).toMatchObject({ uid: before.uid, ready: true });
  });

  it('Ctrl-C during a build also ends the loop, and leaves no partial binary and no temporary file', async () => {
    // A folder of its own: other processes of this machine build, too.
    const folder = mkdtempSync(join(tmpdir(), 'nx-kube-e2e-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    loop = new DevLoop(workspace, 'ocm-controller', [], { TMPDIR: folder });
    await loop.up();
    const built = digestOfBuild();
    loop.skip();
    saveAnother();
    await loop.next('target', ({ target, state }) => target === 'go-build' && state === 'in_progress');
    expect((await loop.stop()).ms).toBeLessThan(15_000);
    await noProcessesOf(workspace.root);
    expect(digestOfBuild()).toBe(built);
    expect(readdirSync(folder).filter((name) => name.startsWith('nx-kube-go-'))).toEqual([]);
  });

  it('an object that left the kustomization while the loop was stopped is pruned', async () => {
    expect(await read(cluster, settings)).toBeDefined();
    workspace.edit('ocm-controller/config/manager/kustomization.yaml', '\n- settings.yaml', '');
    loop = new DevLoop(workspace, 'ocm-controller');
    const entry = await loop.entry('kustomize-build');
    expect(entry['changes']).toContainEqual(
      expect.objectContaining({ subject: `ConfigMap/${namespace}/settings`, action: 'pruned' }),
    );
    expect(await read(cluster, settings)).toBeUndefined();
    await loop.stop();
  });
});

/** Waits until all pods of the controller's Deployment are ready. */
async function readyAgain(): Promise<void> {
  const stop = new AbortController();
  try {
    await new Promise<void>((resolve) => {
      watch(cluster, { ...deployment, fieldSelector: 'metadata.name=ocm-controller', signal: stop.signal }, (event) => {
        if (!('object' in event)) return;
        const { spec, status } = event.object;
        if (status?.readyReplicas === spec.replicas && status?.unavailableReplicas === undefined) resolve();
      });
    });
  } finally {
    stop.abort();
  }
}
