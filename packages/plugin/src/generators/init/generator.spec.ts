import { createRequire } from 'node:module';
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
    expect(ignored()).toEqual(expect.arrayContaining(['bin/', 'dist/', 'dev-settings.yaml', 'dev-settings.json']));
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
      '# mine\nbin\n.nx\n*.log\ndist/\ndev-settings.yaml\ndev-settings.json\n',
    );
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
