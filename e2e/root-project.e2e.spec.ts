import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '@nx-kube/cluster';
import { DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const project = 'greeter-root-controller';
const namespace = 'greeter-root-system';
const manager = 'config/manager/manager.yaml';

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop | undefined;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace(['greeter-controller'], { atRoot: true });
  workspace.renameGreeter('greeter-root');
});

afterAll(async () => {
  if (loop?.process.exitCode === null) await loop.stop();
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

/** The controller's one pod, with the digest of its running binary. */
async function thePod() {
  const pods = await podsOf(cluster, namespace, `app=${project}`);
  expect(pods).toHaveLength(1);
  const { digest } = await runningIn(cluster, namespace, pods[0]!.name);
  return { ...pods[0]!, digest };
}
const digestOfBuild = () =>
  `sha256:${createHash('sha256')
    .update(readFileSync(workspace.path('bin/manager')))
    .digest('hex')}`;

let saves = 0;
/** Saves another version of the controller. Returns when the loop has delivered it. */
async function saveAnother(): Promise<void> {
  saves += 1;
  loop!.skip();
  workspace.edit('main.go', /const buildMarker = ".*"/, `const buildMarker = "root save ${saves}"`);
  expect(await loop!.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
}

describe('a repository that is one controller, with nothing of Nx but the plugin in nx.json', () => {
  it('dev --once runs without the Dockerfile, which cannot be built here', async () => {
    expect(existsSync(workspace.path('package.json'))).toBe(false);
    expect(workspace.read('Dockerfile')).toContain('FROM golang:');
    const { all, exitCode } = await workspace.nx(['run', `${project}:dev`, '--once']);
    expect(exitCode, all).toBe(0);
    expect(all).not.toContain('the cluster does not answer');
    expect(await thePod()).toMatchObject({ ready: true, restarts: 0, digest: digestOfBuild() });
  });

  it('dev --once that is out of time names what is missing', async () => {
    const { all, exitCode } = await workspace.nx(['run', `${project}:dev`, '--once', '--timeout=1']);
    expect(exitCode, all).toBe(1);
    expect(all).toMatch(
      /dev --once: not healthy after 1 s: .*(go-build|kustomize-build|image-build) (waits for|still runs)/,
    );
    expect(all).not.toContain('the cluster does not answer');
  });

  it('an edit reaches the same pod under dev', async () => {
    const before = await thePod();
    loop = new DevLoop(workspace, project);
    await loop.up();
    await saveAnother();
    expect(await thePod()).toMatchObject({ uid: before.uid, restarts: 0, digest: digestOfBuild() });
    expect(digestOfBuild()).not.toBe(before.digest);
  });
});

/** Changes the pod's spec by an edit of its manifests. Resolves when the new pod has the current binary. */
async function editManifests(edit: () => void): Promise<void> {
  loop!.skip();
  edit();
  const { changes } = await loop!.next('applied');
  const isWorkload = ({ subject }: { subject: string }) => subject.startsWith('StatefulSet/');
  if (changes.find(isWorkload).action === 'unchanged') return;
  // The old pod may be gone before the apply has ended.
  await loop!.next('pod', ({ state }) => state === 'current');
  await healthyAgain();
}

/** Health is reported on its own, before or after the pod has its binary. */
async function healthyAgain(): Promise<void> {
  const applied = loop!.events.findLastIndex(({ type }) => type === 'applied');
  if (!loop!.events.slice(applied).some(({ type }) => type === 'healthy')) await loop!.next('healthy');
}

describe('the pod’s own hardening', () => {
  it.each<[string, () => void, object]>([
    [
      'no command: the image’s own, so that the pod stays as it is',
      () => workspace.edit(manager, /\n +command:\n +- \/manager/, ''),
      { containers: [{ command: ['/nx-kube/agent', 'run', '--', '/manager'] }] },
    ],
    [
      'a user of its own, and a group for volumes',
      () =>
        workspace.edit(
          manager,
          /runAsUser: 65532\n( +)runAsGroup: 65532/,
          'runAsUser: 1000\n$1runAsGroup: 1000\n$1fsGroup: 2000',
        ),
      { securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 } },
    ],
    [
      'root without a single capability',
      () => {
        workspace.edit('config/default/namespace.yaml', /\n +labels:(\n +pod-security.*)+/, '');
        workspace.edit(manager, /runAsNonRoot: true\n( +)runAsUser: 1000/, 'runAsUser: 0');
      },
      { securityContext: { runAsUser: 0 } },
    ],
    [
      'no security context at all',
      () => {
        workspace.edit(manager, /\n {6}securityContext:(\n {8}.*)+?(?=\n {6}\S)/, '');
        workspace.edit(manager, /\n {8}securityContext:(\n {10,}.*)+/, '');
      },
      { securityContext: {} },
    ],
  ])('the pod’s own hardening can be %s', async (_, edit, spec) => {
    await editManifests(edit);
    const pod = await thePod();
    expect(pod.object['spec']).toMatchObject(spec);
    expect(pod).toMatchObject({ ready: true, restarts: 0, digest: digestOfBuild() });
    await saveAnother();
    expect(await thePod()).toMatchObject({ uid: pod.uid, restarts: 0, digest: digestOfBuild() });
  });
});
