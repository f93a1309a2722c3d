import { describe, expect, it } from 'vitest';
import { importedModules, requiredModules } from './module-dependencies.js';
import type { Module, ModuleSet } from './module-set.js';
import { parseGoMod } from './parse-go-mod.js';
import { parseGoWork } from './parse-go-work.js';

const workspaceRoot = '/work/space';

/** @param goWork text of a go.work at the root, and the roots of the modules that it names */
function moduleSet(goMods: Record<string, string>, goWork?: { text: string; members: string[] }): ModuleSet {
  return {
    modules: Object.entries(goMods).map(([root, text]) => ({
      ...parseGoMod(text, `${root}/go.mod`),
      root,
      goWork: goWork?.members.includes(root) ? 'go.work' : undefined,
    })),
    goWorks: new Map(goWork && [['go.work', parseGoWork(goWork.text, 'go.work')]]),
  };
}

const required = (set: ModuleSet, root: string) =>
  requiredModules(find(set, root), set, workspaceRoot).map((m) => m.root);
const find = (set: ModuleSet, root: string): Module => set.modules.find((module) => module.root === root)!;

describe('requiredModules', () => {
  const shared = 'module example.com/shared\n';
  const requiring = 'module example.com/a\nrequire example.com/shared v0.1.0\n';

  it.each([
    ['a replacement by a relative directory', 'replace example.com/shared => ../../libs/shared', ['libs/shared']],
    [
      'a replacement by an absolute directory',
      'replace example.com/shared => /work/space/libs/shared/',
      ['libs/shared'],
    ],
    ['a replacement of the version', 'replace example.com/shared v0.1.0 => ../../libs/shared', ['libs/shared']],
    ['a replacement of another version', 'replace example.com/shared v0.2.0 => ../../libs/shared', []],
    ['a replacement of another module', 'replace example.com/other => ../../libs/shared', []],
    ['a replacement by another module', 'replace example.com/shared => example.com/fork v1.0.0', []],
    ['a replacement by a directory that is not a module', 'replace example.com/shared => ../../libs', []],
    ['a replacement by a directory outside of the workspace', 'replace example.com/shared => ../../../shared', []],
    ['no replacement', '', []],
  ])('the requirement is resolved with %s', (_, replace, expected) => {
    const set = moduleSet({ 'apps/a': `${requiring}${replace}\n`, 'libs/shared': shared });
    expect(required(set, 'apps/a')).toEqual(expected);
  });

  it('a module that is replaced but not required is left out', () => {
    const set = moduleSet({ a: 'module a.com/a\nreplace example.com/shared => ../shared\n', shared });
    expect(required(set, 'a')).toEqual([]);
  });

  it('modules of the same go.work are found by their paths', () => {
    const set = moduleSet({ a: requiring, shared }, { text: 'use ./a\nuse ./shared\n', members: ['a', 'shared'] });
    expect(required(set, 'a')).toEqual(['shared']);
    const apart = moduleSet({ a: requiring, shared }, { text: 'use ./a\n', members: ['a'] });
    expect(required(apart, 'a')).toEqual([]);
  });

  it('the replacement of the go.work wins over that of the go.mod, and those of its other modules count', () => {
    const set = moduleSet(
      {
        a: `${requiring}replace example.com/shared => ../old\n`,
        b: 'module example.com/b\nreplace example.com/late => ../late\n',
        c: 'module example.com/c\nrequire example.com/late v1.0.0\n',
        old: shared,
        new: 'module example.com/new\n',
        late: 'module example.com/late\n',
      },
      { text: 'use (\n\t./a\n\t./b\n\t./c\n)\nreplace example.com/shared => ./new\n', members: ['a', 'b', 'c'] },
    );
    expect(required(set, 'a')).toEqual(['new']);
    expect(required(set, 'c')).toEqual(['late']);
  });

  it('a replacement by the root of the workspace is found', () => {
    const set = moduleSet({
      '.': 'module example.com/mono\n',
      tools: 'module example.com/t\nrequire example.com/mono v0.0.0\nreplace example.com/mono => ../\n',
    });
    expect(required(set, 'tools')).toEqual(['.']);
  });
});

describe('importedModules', () => {
  const goMods = { a: 'module example.com/a\n', b: 'module example.com/b\n', c: 'module example.com/c\n' };
  it('an import of another module of the same go.work is found', () => {
    const set = moduleSet(goMods, { text: '', members: ['a', 'b'] });
    expect(importedModules(find(set, 'a'), ['example.com/b', 'example.com/c'], set)).toEqual([find(set, 'b')]);
  });
  it('imports give no modules without a go.work', () =>
    expect(importedModules(find(moduleSet(goMods), 'a'), ['example.com/b'], moduleSet(goMods))).toEqual([]));
});
