import { createRequire } from 'node:module';
import { readJson, writeJson, type Tree } from '@nx/devkit';
import { createTree } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { setUp } from './set-up.js';

const { version: own } = createRequire(import.meta.url)('../../package.json') as { version: string };
const versions = { nx: '24.0.6', own };
const packages = { '@nx-kube/plugin': own, '@nx-kube/executors': own };

let tree: Tree;
beforeEach(() => {
  tree = createTree();
  tree.delete('.prettierrc');
  tree.write('go.mod', 'module example.com/one\n');
});
const texts = () => Object.fromEntries(tree.listChanges().map(({ path, content }) => [path, content?.toString()]));

describe('setUp', () => {
  it('a Go repository gets Nx in .nx/installation, its scripts and no package.json', async () => {
    expect(await setUp(tree, versions)).toBe('installation');
    expect(readJson(tree, 'nx.json')).toEqual({
      $schema: './.nx/installation/node_modules/nx/schemas/nx-schema.json',
      installation: { version: '24.0.6', plugins: packages },
      analytics: false,
      plugins: ['@nx-kube/plugin'],
    });
    const files = Object.keys(texts()).sort();
    expect(files).toEqual(['.gitignore', '.nx/nxw.js', 'go.mod', 'nx', 'nx.bat', 'nx.json']);
    const mode = tree.listChanges().find(({ path }) => path === 'nx')!.options?.mode;
    expect(mode).toBe(0o755);
  });

  it('an npm repository gets Nx and the packages in package.json, and keeps what it has', async () => {
    writeJson(tree, 'package.json', { name: 'web', dependencies: { left: '1.0.0' } });
    expect(await setUp(tree, versions)).toBe('packages');
    expect(readJson(tree, 'package.json')).toEqual({
      name: 'web',
      dependencies: { left: '1.0.0' },
      devDependencies: { nx: '24.0.6', '@nx/devkit': '^24.0.0', ...packages },
    });
    expect(readJson(tree, 'nx.json')).toMatchObject({ analytics: false, plugins: ['@nx-kube/plugin'] });
    expect(tree.exists('nx')).toBe(false);
  });

  it('an Nx workspace keeps its version of Nx and its settings', async () => {
    writeJson(tree, 'package.json', { name: 'web', devDependencies: { nx: '~23.1.0' } });
    writeJson(tree, 'nx.json', { plugins: ['@nx/docker'], defaultBase: 'develop' });
    await setUp(tree, versions);
    expect(readJson(tree, 'nx.json')).toEqual({ plugins: ['@nx/docker', '@nx-kube/plugin'], defaultBase: 'develop' });
    expect(readJson(tree, 'package.json').devDependencies).toMatchObject({ nx: '~23.1.0', '@nx/devkit': '^23.0.0' });
  });

  it('a workspace with Nx in .nx/installation gets the packages there, also beside a package.json', async () => {
    writeJson(tree, 'package.json', { name: 'web' });
    writeJson(tree, 'nx.json', { installation: { version: '23.2.1', plugins: { '@nx/js': '23.2.1' } } });
    tree.write('nx', '#!/bin/sh\n');
    await setUp(tree, versions);
    expect(readJson(tree, 'nx.json').installation).toEqual({
      version: '23.2.1',
      plugins: { '@nx/js': '23.2.1', ...packages },
    });
    expect(readJson(tree, 'package.json')).toEqual({ name: 'web' });
    expect(tree.read('nx', 'utf-8')).toBe('#!/bin/sh\n');
  });

  it.each([['a Go repository'], ['an npm repository']])('a second run in %s changes nothing', async (kind) => {
    if (kind === 'an npm repository') writeJson(tree, 'package.json', { name: 'web' });
    await setUp(tree, versions);
    const once = texts();
    await setUp(tree, versions);
    expect(texts()).toEqual(once);
  });

  it.each([
    ['package.json', '^20.4.0', { 'package.json': { devDependencies: { nx: '^20.4.0' } }, 'nx.json': {} }],
    ['nx.json', '22.0.0', { 'nx.json': { installation: { version: '22.0.0' } } }],
  ])('Nx in %s of a version that is too old is refused', async (file, version, files) => {
    for (const [path, json] of Object.entries(files)) writeJson(tree, path, json);
    const before = texts();
    await expect(setUp(tree, versions)).rejects.toThrow(
      new RegExp(`^${file}: Nx ${version.replace('^', '\\^')} is not supported[^]*→ Update Nx with nx migrate latest`),
    );
    expect(texts()).toEqual(before);
  });

  it.each(['*', 'latest', '>=22', '^24.0.0'])(
    'Nx %s in package.json is supported, and gets a devkit that fits',
    async (nx) => {
      writeJson(tree, 'package.json', { devDependencies: { nx } });
      await setUp(tree, versions);
      const devkit = nx === '^24.0.0' ? nx : '>=23.0.0 <25.0.0';
      expect(readJson(tree, 'package.json').devDependencies).toMatchObject({ nx, '@nx/devkit': devkit });
    },
  );
});
