import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { floors } from '../floors.mjs';

const root = join(import.meta.dirname, '../../..');
/** Rules about imports need no types. Without types, files that do not exist can be linted. */
const untyped = {
  languageOptions: { parserOptions: { project: null } },
  rules: {
    '@typescript-eslint/no-floating-promises': 'off',
    '@typescript-eslint/no-misused-promises': 'off',
    '@typescript-eslint/await-thenable': 'off',
  },
} as const;
const eslint = new ESLint({ cwd: root, overrideConfig: untyped });

/** The messages for a file whose only content is the import of a module, and its use. */
async function messages(file: string, module: string): Promise<string[]> {
  const text = `import * as planted from '${module}';\n\nconsole.log(planted);\n`;
  const [result] = await eslint.lintText(text, { filePath: join(root, file) });
  return result!.messages.map(({ message }) => message);
}

const sources = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ts$/.test(file) && !/\.(spec|fixture|d)\.ts$/.test(file),
  );

/** A source file on a floor, by its path from the root of the repository. */
function fileOn(folder: string, floor: string): string {
  const path = `${folder}/${floor}`;
  return statSync(join(root, path)).isDirectory() ? `${path}/${sources(path)[0]}` : path;
}

/** How `from` imports `to`. */
function moduleName(from: string, to: string): string {
  const path = relative(dirname(from), to).replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

describe('the arrows between packages', () => {
  it.each([
    ['packages/cluster/src/apply/new.ts', '@nx/devkit', 'cluster knows nothing of Nx'],
    ['packages/cluster/src/apply/new.ts', 'nx/src/utils/params', 'cluster knows nothing of Nx'],
    [
      'packages/cluster/src/apply/new.spec.ts',
      '@nx-kube/executors',
      'cluster knows nothing of Nx, nor of the packages',
    ],
    ['packages/executors/src/workload/new.ts', '@nx/devkit', 'the core does not'],
    ['packages/executors/src/workload/new.ts', 'nx', 'the core does not'],
    ['packages/executors/src/executors/dev/new.ts', '@nx/devkit', 'the core does not'],
    ['packages/executors/src/workload/new.ts', '@nx-kube/plugin', 'executors may not import plugin'],
    ['packages/executors/src/executors/dev/executor.ts', '@nx-kube/plugin', 'executors may not import plugin'],
    ['packages/executors/src/workload/new.spec.ts', '@nx-kube/plugin', 'executors may not import plugin'],
  ])('%s does not import %s', async (file, module, reason) =>
    expect(await messages(file, module)).toEqual([expect.stringContaining(reason)]),
  );

  it.each([
    ['packages/executors/src/workload/new.ts', '@nx-kube/cluster'],
    ['packages/executors/src/workload/new.spec.ts', '@nx/devkit'],
    ['packages/executors/src/executors/dev/executor.ts', '@nx/devkit'],
    ['packages/executors/src/executors/dev/executor.ts', '../../nx/print.js'],
    ['packages/executors/src/executors/dev/nx-new.ts', '@nx/devkit'],
    ['packages/executors/src/nx/new.ts', '@nx/devkit'],
    ['packages/plugin/src/graph/new.ts', '@nx-kube/executors'],
  ])('%s imports %s', async (file, module) => expect(await messages(file, module)).toEqual([]));

  it.each([
    ['packages/executors/src/workload/new.ts', '@nx-kube/cluster/object/quantity.js'],
    ['packages/executors/src/nx/new.ts', '@nx-kube/cluster/object/quantity.js'],
    ['packages/executors/src/executors/dev/executor.ts', '@nx-kube/cluster/object/quantity.js'],
    ['packages/plugin/src/graph/new.ts', '@nx-kube/executors/kustomize/references.js'],
    ['packages/plugin/src/graph/new.ts', '@nx-kube/cluster/object/quantity.js'],
  ])('published code in %s does not import the inside of another package: %s', async (file, module) =>
    expect(await messages(file, module)).toEqual([
      expect.stringContaining('only tests and tools import the inside of another package'),
    ]),
  );

  it('a spec imports the inside of another package', async () =>
    expect(
      await messages('packages/executors/src/workload/new.spec.ts', '@nx-kube/cluster/object/quantity.js'),
    ).toEqual([]));
});

describe('the floors of a package', () => {
  it.each(Object.entries(floors))('%s: the ground floor does not import the top floor', async (folder, list) => {
    const [ground, top] = [list[0]!, list.at(-1)!];
    const from = fileOn(folder, ground);
    expect(await messages(from, moduleName(from, fileOn(folder, top)))).toContainEqual(
      expect.stringContaining(`${ground} lies below ${top}`),
    );
  });

  it.each(Object.entries(floors))('%s: the top floor imports the ground floor', async (folder, list) => {
    const top = fileOn(folder, list.at(-1)!);
    const from = `${dirname(top)}/new.ts`;
    expect(await messages(from, moduleName(from, fileOn(folder, list[0]!)))).toEqual([]);
  });

  it('a folder does not import the files of the folder that it lies in', async () => {
    const from = 'packages/executors/src/loop/plan/new.ts';
    expect(await messages(from, '../lane.js')).toContainEqual(expect.stringContaining('loop/plan lies below loop'));
  });

  it.each(Object.entries(floors))('%s: every folder stands on a floor, and every floor exists', (folder, list) => {
    expect(list.filter((floor) => !existsSync(join(root, folder, floor)))).toEqual([]);
    const folders = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !list.includes(name))).toEqual([]);
  });
});

describe('the rule against cycles', () => {
  it('two files of one folder do not import each other', async () => {
    const found = await messages('packages/cluster/src/connect/transport.ts', './connected-cluster.js');
    expect(found).toContainEqual(expect.stringMatching(/^Dependency cycle/));
  });
});
