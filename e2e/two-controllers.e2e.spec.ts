import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { remove, type Cluster } from '@nx-kube/cluster';
import { DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const projects = {
  ocm: { folder: 'ocm-controller', name: 'ocm-pair-controller', namespace: 'ocm-pair-system' },
  greeter: { folder: 'greeter-controller', name: 'greeter-pair-controller', namespace: 'greeter-pair-system' },
} as const;
type Project = keyof typeof projects;

let cluster: Cluster;
let workspace: Workspace;
const loops = {} as Record<Project, DevLoop>;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace(['ocm-controller', 'greeter-controller']);
  workspace.renameOcm('ocm-pair');
  workspace.renameGreeter('greeter-pair');
});

afterAll(async () => {
  for (const loop of Object.values(loops)) if (loop.process.exitCode === null) await loop.stop();
  for (const { name } of Object.values(projects)) {
    await workspace?.nx(['run', `${name}:down`, '--crds', '--namespaces']);
  }
  workspace?.remove();
  await cluster?.close();
});

async function podOf(project: Project) {
  const { namespace, name } = projects[project];
  const pods = await podsOf(cluster, namespace, `app=${name}`);
  expect(pods).toHaveLength(1);
  return { ...pods[0]!, running: await runningIn(cluster, namespace, pods[0]!.name) };
}
/** Both pods, by project. */
const both = async () => ({ ocm: await podOf('ocm'), greeter: await podOf('greeter') });

describe('dev of two controllers with a shared module', () => {
  it('two loops bring their controllers up at once', async () => {
    for (const project of ['ocm', 'greeter'] as const) loops[project] = new DevLoop(workspace, projects[project].name);
    await Promise.all(Object.values(loops).map((loop) => loop.up()));
    const { ocm, greeter } = await both();
    expect(ocm).toMatchObject({ ready: true, restarts: 0 });
    expect(greeter).toMatchObject({ ready: true, restarts: 0 });
  });

  it('an edit of the shared module reaches both controllers', async () => {
    const before = await both();
    Object.values(loops).forEach((loop) => loop.skip());
    workspace.edit('shared/greeting/greeting.go', 'punctuation = "!"', 'punctuation = "!!!"');
    const entries = await Promise.all(Object.values(loops).map((loop) => loop.entry('go-build')));
    expect(entries).toMatchObject([
      { outcome: 'delivered', pods: 1 },
      { outcome: 'delivered', pods: 1 },
    ]);
    const after = await both();
    for (const project of ['ocm', 'greeter'] as const) {
      expect(after[project]).toMatchObject({ uid: before[project].uid, restarts: 0 });
      expect(after[project].running.digest).not.toBe(before[project].running.digest);
    }
  });

  it.each<[Project, Project, string, string]>([
    ['greeter', 'ocm', 'greeter-controller/main.go', 'ocm-controller/pkg/build/marker.go'],
    ['ocm', 'greeter', 'ocm-controller/pkg/build/marker.go', 'greeter-controller/main.go'],
  ])('an edit of a file of %s reaches it alone, not %s', async (own, other, file, otherFile) => {
    const before = await both();
    Object.values(loops).forEach((loop) => loop.skip());
    workspace.edit(file, '-controller 0.1.', '-controller 0.1.1');
    expect(await loops[own].entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
    const after = await both();
    expect(after[own].running.digest).not.toBe(before[own].running.digest);
    expect(after[other].running).toMatchObject(before[other].running);

    // If the other loop had seen the edit, it would report it before a later one.
    workspace.edit(otherFile, '-controller 0.1.', '-controller 0.1.2');
    expect((await loops[other].next('edit'))['files']).toEqual([otherFile]);
    await loops[other].entry('go-build');
  });

  it('a replaced pod of a StatefulSet gets the live binary', async () => {
    const before = await podOf('greeter');
    const { greeter: loop } = loops;
    loop.skip();
    const { namespace } = projects.greeter;
    await remove(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, name: before.name });
    await loop.next('pod', ({ state }) => state === 'gone');
    await loop.next('pod', ({ state }) => state === 'current');
    const after = await podOf('greeter');
    // It is another pod with the same name, as with every StatefulSet.
    expect(after.name).toBe(before.name);
    expect(after.uid).not.toBe(before.uid);
    expect(after.running.digest).toBe(before.running.digest);
  });

  it('the other loop continues when one of them ends', async () => {
    await loops.ocm.stop();
    loops.greeter.skip();
    workspace.edit('greeter-controller/main.go', '-controller 0.1.', '-controller 0.1.3');
    expect(await loops.greeter.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
  });
});

describe('a second dev of one project', () => {
  const { name } = projects.greeter;

  /** The first loop runs on undisturbed. */
  async function firstIsUndisturbed(before: { uid: string }): Promise<void> {
    loops.greeter.skip();
    workspace.edit('greeter-controller/main.go', '-controller 0.1.', '-controller 0.1.4');
    expect(await loops.greeter.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
    expect((await podOf('greeter')).uid).toBe(before.uid);
  }

  it('Nx reports that a second dev waits for the first, and leaves that one alone', async () => {
    const before = await podOf('greeter');
    const second = new DevLoop(workspace, name);
    await second.line(`Waiting for ${name}:dev in another nx process`);
    await second.stop();
    await firstIsUndisturbed(before);
  });

  it('a second dev that Nx does not know of reports the first, and leaves that one alone', async () => {
    const before = await podOf('greeter');
    const elsewhere = { NX_WORKSPACE_DATA_DIRECTORY: workspace.path('.nx/other-data') };
    const { all, exitCode } = await workspace.nx(['run', `${name}:dev`], elsewhere);
    expect(exitCode).toBe(1);
    expect(all.split('Another dev of this project is running')).toHaveLength(2);
    await firstIsUndisturbed(before);
  });
});
