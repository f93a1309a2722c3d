import { createRequire } from 'node:module';
import { readJson, readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import initGenerator from './generator.js';
import type { InitGeneratorSchema } from './schema.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

describe('init', () => {
  let tree: Tree;
  beforeEach(() => (tree = createTreeWithEmptyWorkspace()));
  const init = (options: InitGeneratorSchema = {}) => initGenerator(tree, { skipFormat: true, ...options });
  const plugins = () => readNxJson(tree)?.plugins;
  const ignored = () => tree.read('.gitignore', 'utf-8')!.split('\n');

  it('lists the plugin, adds the packages and ignores what is built', async () => {
    await init();
    expect(plugins()).toEqual(['@nx-kube/plugin']);
    expect(readJson(tree, 'package.json').devDependencies).toEqual({
      '@nx-kube/plugin': version,
      '@nx-kube/executors': version,
    });
    expect(ignored()).toEqual(expect.arrayContaining(['bin/', 'dist/', 'dev-settings.yaml', 'dev-settings.json']));
  });

  it('changes nothing when it runs again', async () => {
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

  it('leaves the plugin as it is listed, with its options, and other plugins in their places', async () => {
    const listed = ['other', { plugin: '@nx-kube/plugin', options: { devTargetName: 'up' } }];
    updateNxJson(tree, { ...readNxJson(tree), plugins: listed });
    await init();
    expect(plugins()).toEqual(listed);
  });

  it('keeps what .gitignore holds and repeats none of it', async () => {
    tree.write('.gitignore', '# mine\nbin\n.nx\n*.log');
    await init();
    expect(tree.read('.gitignore', 'utf-8')).toBe(
      '# mine\nbin\n.nx\n*.log\ndist/\ndev-settings.yaml\ndev-settings.json\n',
    );
  });

  it('leaves package.json alone if asked to, and where there is none', async () => {
    await init({ skipPackageJson: true });
    expect(readJson(tree, 'package.json').devDependencies).toEqual({});
    tree.delete('package.json');
    await init();
    expect(tree.exists('package.json')).toBe(false);
  });

  it('keeps versions that are there if asked to', async () => {
    tree.write('package.json', JSON.stringify({ name: 'x', devDependencies: { '@nx-kube/plugin': '0.0.1' } }));
    await init({ keepExistingVersions: true });
    expect(readJson(tree, 'package.json').devDependencies['@nx-kube/plugin']).toBe('0.0.1');
    await init();
    expect(readJson(tree, 'package.json').devDependencies['@nx-kube/plugin']).toBe(version);
  });
});
