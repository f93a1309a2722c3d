import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJson, readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import initGenerator from './generator.js';
import type { InitGeneratorSchema } from './schema.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

describe('initGenerator', () => {
  let tree: Tree;
  beforeEach(() => (tree = createTreeWithEmptyWorkspace()));
  const init = (options: InitGeneratorSchema = {}) => initGenerator(tree, { skipFormat: true, ...options });
  const plugins = () => readNxJson(tree)?.plugins;
  const ignored = () => tree.read('.gitignore', 'utf-8')!.split('\n');

  it('the plugin is listed, the packages are added, and build outputs are ignored', async () => {
    await init();
    expect(plugins()).toEqual(['@nx-kube/plugin']);
    expect(readJson(tree, 'package.json').devDependencies).toEqual({
      '@nx-kube/plugin': version,
      '@nx-kube/executors': version,
    });
    expect(ignored()).toEqual(expect.arrayContaining(['dev-settings.yaml', 'dev-settings.json', '.nx/installation']));
  });

  it('a second run changes nothing', async () => {
    await init();
    const before = new Map(
      tree
        .children('.')
        .filter((f) => tree.isFile(f))
        .map((f) => [f, tree.read(f, 'utf-8')]),
    );
    await init();
    for (const [file, content] of before) expect(tree.read(file, 'utf-8')).toBe(content);
  });

  it('a listed plugin keeps its options and its place', async () => {
    const listed = ['other', { plugin: '@nx-kube/plugin', options: { devTargetName: 'up' } }];
    updateNxJson(tree, { ...readNxJson(tree), plugins: listed });
    await init();
    expect(plugins()).toEqual(listed);
  });

  it('existing lines of .gitignore stay and are not repeated', async () => {
    tree.write('.gitignore', '# mine\nbin\n.nx\n*.log');
    await init();
    expect(tree.read('.gitignore', 'utf-8')).toBe(
      '# mine\nbin\n.nx\n*.log\n/dist/**/manifests.yaml\n/dist/**/image/\n/dist/**/delve/\n!/dist/chart/**\ndev-settings.yaml\ndev-settings.json\n',
    );
  });

  it('git ignores what targets write, and nothing that kubebuilder or a team commits', async () => {
    await init();
    const root = mkdtempSync(join(tmpdir(), 'nx-kube-init-'));
    try {
      writeFileSync(join(root, '.gitignore'), tree.read('.gitignore')!);
      execFileSync('git', ['init', '-q', root]);
      const written = [
        'bin/manager',
        'apps/ocm/bin/manager',
        'apps/ocm/bin/release/manager',
        'bin/debug/manager',
        'dist/manifests.yaml',
        'dist/apps/ocm/manifests.yaml',
        'dist/image/image.tar',
        'dist/apps/ocm/image/image.json',
        'dist/apps/ocm/delve/dlv',
        'apps/ocm/dev-settings.yaml',
        '.nx/cache/x',
        '.nx/installation/node_modules/nx/package.json',
      ];
      const committed = [
        'dist/install.yaml',
        'dist/chart/Chart.yaml',
        'dist/chart/templates/manifests.yaml',
        'dist/chart/templates/image/x.yaml',
        'apps/ocm/dist/install.yaml',
        'apps/ocm/dist/chart/values.yaml',
        'bin/setup.sh',
        'config/manager/manager.yaml',
        '.nx/nxw.js',
      ];
      const { stdout } = spawnSync('git', ['-C', root, 'check-ignore', ...written, ...committed], { encoding: 'utf8' });
      expect(stdout.trim().split('\n')).toEqual(written);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('package.json is not changed with skipPackageJson, and not created', async () => {
    await init({ skipPackageJson: true });
    expect(readJson(tree, 'package.json').devDependencies).toEqual({});
    tree.delete('package.json');
    await init();
    expect(tree.exists('package.json')).toBe(false);
  });

  it('existing versions stay with keepExistingVersions', async () => {
    tree.write('package.json', JSON.stringify({ name: 'x', devDependencies: { '@nx-kube/plugin': '0.0.1' } }));
    await init({ keepExistingVersions: true });
    expect(readJson(tree, 'package.json').devDependencies['@nx-kube/plugin']).toBe('0.0.1');
    await init();
    expect(readJson(tree, 'package.json').devDependencies['@nx-kube/plugin']).toBe(version);
  });
});
