import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '@nx-kube/cluster';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { repository, Workspace } from '@nx-kube/testing/e2e/workspace.js';

const names = ['plugin', 'executors', 'cluster', 'agent'];
const folder = 'greeter-controller';
const project = 'greeter-packed-controller';
const namespace = 'greeter-packed-system';

let cluster: Cluster;
let workspace: Workspace;
const tarballs = mkdtempSync(join(tmpdir(), 'nx-kube-packed-'));
/** Files in the tarball of each package. */
let packed: Record<string, string[]>;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder], { bare: true });
  workspace.renameGreeter('greeter-packed');
  workspace.write('nx.json', JSON.stringify({ analytics: false, neverConnectToCloud: true }));

  const { stdout } = await execa(
    'npm',
    // Without scripts: packing for a release first builds the packers of all platforms, which takes a minute or more.
    [
      'pack',
      '--json',
      '--ignore-scripts',
      `--pack-destination=${tarballs}`,
      ...names.map((name) => `./packages/${name}`),
    ],
    { cwd: repository },
  );
  const packs = JSON.parse(stdout) as { name: string; filename: string; files: { path: string }[] }[];
  packed = Object.fromEntries(packs.map(({ name, files }) => [name, files.map(({ path }) => path)]));
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const nx = ['nx', '@nx/devkit'].map((name) => `${name}@${devDependencies[name]}`);
  const files = packs.map(({ filename }) => join(tarballs, filename));
  await execa('npm', ['install', '--save-dev', '--no-audit', '--no-fund', ...nx, ...files], { cwd: workspace.root });
});

afterAll(async () => {
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  rmSync(tarballs, { recursive: true, force: true });
  await cluster?.close();
});

/** Runs Nx and expects it to succeed. Returns its output. */
async function nx(...args: string[]): Promise<string> {
  const { all, exitCode } = await workspace.nx(args);
  expect(exitCode, all).toBe(0);
  return all;
}

describe('the packages, packed and installed', () => {
  it('the packages hold what their users need, and no tests', () => {
    expect(Object.keys(packed).sort()).toEqual(names.map((name) => `@nx-kube/${name}`).sort());
    expect(
      Object.values(packed)
        .flat()
        .filter((file) => /\.(spec|fixture)\.|\/testing\/|tsbuildinfo$/.test(file)),
    ).toEqual([]);
    expect(packed['@nx-kube/agent']).toEqual(
      expect.arrayContaining(['dist/linux-amd64/nx-kube-agent', 'dist/linux-arm64/nx-kube-agent']),
    );
    for (const [name, files] of Object.entries(packed)) {
      expect(files, name).toEqual(expect.arrayContaining(['LICENSE', 'package.json']));
    }
  });

  it('the installed packages are not links to their sources', () => {
    for (const name of names) {
      const path = workspace.path('node_modules/@nx-kube', name);
      expect(realpathSync(path)).toBe(path);
    }
  });

  it('the generator sets up a workspace, and changes nothing the second time', async () => {
    await nx('g', '@nx-kube/plugin:init');
    const files = ['nx.json', 'package.json', '.gitignore'];
    const once = files.map((file) => workspace.read(file));
    expect(JSON.parse(once[0]!).plugins).toEqual(['@nx-kube/plugin']);
    await nx('g', '@nx-kube/plugin:init');
    expect(files.map((file) => workspace.read(file))).toEqual(once);
  });

  it('the installed plugin infers the controller’s targets', async () => {
    const { targets } = JSON.parse(await nx('show', 'project', project, '--json'));
    expect(Object.keys(targets)).toEqual(expect.arrayContaining(['go-build', 'dev', 'down', 'status', 'logs']));
  });

  it('the installed plugin describes each target, and checks its options', async () => {
    expect(await nx('run', `${project}:dev`, '--help')).toContain('--once');
    const { all, exitCode } = await workspace.nx(['run', `${project}:go-build`, '--taggs=x']);
    expect(exitCode).toBe(1);
    expect(all).toContain("'taggs'");
  });

  it('the installed executors build, and bring the controller up in the cluster', async () => {
    expect(await nx('run', `${project}:go-build`)).toContain(`Built ${folder}/bin/manager`);
    expect(await nx('run', `${project}:dev`, '--once')).toContain('✔ healthy');
    const pods = await podsOf(cluster, namespace, `app=${project}`);
    expect(pods).toMatchObject([{ ready: true, restarts: 0 }]);
    expect((await runningIn(cluster, namespace, pods[0]!.name)).digest).toMatch(/^sha256:/);
  });
});
