import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '@nx-kube/cluster';
import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { packageNames, packPackages } from '@nx-kube/testing/e2e/packed-packages.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { repository, Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'greeter-controller';
const project = 'greeter-packed-controller';
const namespace = 'greeter-packed-system';

let cluster: Cluster;
let workspace: Workspace;
let packed: Awaited<ReturnType<typeof packPackages>>;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder], { bare: true });
  workspace.renameGreeter('greeter-packed');
  workspace.write('nx.json', JSON.stringify({ analytics: false, neverConnectToCloud: true }));

  packed = await packPackages();
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const nx = ['nx', '@nx/devkit'].map((name) => `${name}@${devDependencies[name]}`);
  const files = packed.packages.map(({ tarball }) => tarball);
  await execa('npm', ['install', '--save-dev', '--no-audit', '--no-fund', ...nx, ...files], { cwd: workspace.root });
});

afterAll(async () => {
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  packed?.remove();
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
    const { packages } = packed;
    expect(packages.map(({ name }) => name).sort()).toEqual(packageNames.map((name) => `@nx-kube/${name}`).sort());
    expect(
      packages.flatMap(({ files }) => files).filter((file) => /\.(spec|fixture)\.|\/testing\/|tsbuildinfo$/.test(file)),
    ).toEqual([]);
    expect(packages.find(({ name }) => name === '@nx-kube/agent')!.files).toEqual(
      expect.arrayContaining(['dist/linux-amd64/nx-kube-agent', 'dist/linux-arm64/nx-kube-agent']),
    );
    for (const { name, files } of packages) {
      expect(files, name).toEqual(expect.arrayContaining(['LICENSE', 'package.json']));
    }
  });

  it('the installed packages are not links to their sources', () => {
    for (const name of packageNames) {
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

  it(
    'the generator controller adds a controller that runs at once, and reconciles its sample',
    { timeout: 400_000 },
    async () => {
      const name = 'shop-packed';
      await nx('g', '@nx-kube/plugin:controller', name, '--directory=apps/shop', '--kind=Shop');
      try {
        expect(await nx('run', `${name}:go-test`)).toContain('ok  \t');
        expect(await nx('run', `${name}:dev`, '--once')).toContain('✔ healthy');
        const sample = workspace.path('apps/shop/config/samples/v1alpha1_shop.yaml');
        await kubectl(['apply', '--filename', sample]);
        await kubectl(['wait', '--for=jsonpath={.status.message}=Hello, Ada!', 'shop/ada', '--timeout=60s']);
      } finally {
        await workspace.nx(['run', `${name}:down`, '--crds', '--namespaces']);
      }
    },
  );
});
