import type { CreateDependenciesContext, FileMap, ProjectConfiguration } from '@nx/devkit';
import { afterEach, describe, expect, it } from 'vitest';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';
import { createDependencies } from './create-dependencies.js';

describe('createDependencies', () => {
  let workspace: TestWorkspace | undefined;
  afterEach(() => workspace?.dispose());

  /**
   * Returns the edges as `source → target (file or type)`.
   *
   * @param roots roots of the projects, which are also their names
   * @param changed files that Nx asks for; default: all
   */
  async function edges(
    files: Record<string, string>,
    roots: string[],
    changed = Object.keys(files),
  ): Promise<string[]> {
    workspace?.dispose();
    workspace = testWorkspace(files);
    const projects: Record<string, ProjectConfiguration> = Object.fromEntries(roots.map((root) => [root, { root }]));
    const owner = (file: string) =>
      roots.filter((root) => root === '.' || file.startsWith(`${root}/`)).sort((a, b) => b.length - a.length)[0];
    const fileMap = (of: string[]): FileMap => ({
      nonProjectFiles: of.filter((file) => !owner(file)).map((file) => ({ file, hash: '' })),
      projectFileMap: Object.fromEntries(
        roots.map((root) => [root, of.filter((file) => owner(file) === root).map((file) => ({ file, hash: '' }))]),
      ),
    });
    const context: CreateDependenciesContext = {
      projects,
      externalNodes: {},
      nxJsonConfiguration: {},
      workspaceRoot: workspace.root,
      fileMap: fileMap(Object.keys(files)),
      filesToProcess: fileMap(changed),
    };
    const found = await createDependencies(undefined, context);
    return found.map(
      (edge) => `${edge.source} → ${edge.target} (${('sourceFile' in edge && edge.sourceFile) || edge.type})`,
    );
  }

  const replacing = (module: string, path: string, directory: string) =>
    `module ${module}\n\nrequire ${path} v0.0.0\n\nreplace ${path} => ${directory}\n`;
  const replaced = {
    'a/go.mod': replacing('x/a', 'x/shared', '../shared'),
    'b/go.mod': replacing('x/b', 'x/shared', '../shared'),
    'shared/go.mod': 'module x/shared\n',
  };
  const roots = ['a', 'b', 'shared'];

  it('a replaced requirement gives an edge', async () =>
    expect(await edges(replaced, roots)).toEqual(['a → shared (a/go.mod)', 'b → shared (b/go.mod)']));

  it('only the files that Nx asks for are read', async () => {
    expect(await edges(replaced, roots, ['b/go.mod', 'a/main.go'])).toEqual(['b → shared (b/go.mod)']);
    expect(await edges(replaced, roots, [])).toEqual([]);
  });

  const workspaceFiles = {
    'go.work': 'go 1.24\n\nuse (\n\t./a\n\t./shared\n)\n',
    'a/go.mod': 'module x/a\n\nrequire x/shared v0.0.0\n',
    'shared/go.mod': 'module x/shared\n',
    'b/go.mod': 'module x/b\n\nrequire x/shared v0.0.0\n',
  };

  it('modules of the same go.work give edges', async () =>
    expect(await edges(workspaceFiles, roots)).toEqual(['a → shared (a/go.mod)']));

  it('only the nearest go.work counts', async () =>
    expect(await edges({ ...workspaceFiles, 'a/go.work': 'use ./other\n' }, roots)).toEqual([]));

  it('imports give edges within a go.work, where they need no requirement', async () => {
    const files = {
      ...workspaceFiles,
      'a/go.mod': 'module x/a\n',
      'a/main.go': 'package main\n\nimport (\n\t"fmt"\n\t"x/shared/log"\n\t"x/a/own"\n\t"x/b"\n)\n',
      'a/main_test.go': 'package main\n\nimport "x/shared"\n',
      'a/testdata/x.go': 'package x\n\nimport "x/shared"\n',
      'b/main.go': 'package main\n\nimport "x/shared"\n',
    };
    expect(await edges(files, roots)).toEqual(['a → shared (a/main.go)', 'a → shared (a/main_test.go)']);
    expect(await edges(files, roots, ['a/main_test.go'])).toEqual(['a → shared (a/main_test.go)']);
  });

  it('a module depends on other projects inside it that have Go files', async () => {
    const files = {
      'a/go.mod': 'module x/a\n',
      'a/ui/package.json': '{}',
      'a/ui/embed.go': 'package ui\n',
      'a/docs/project.json': '{}',
      'a/nested/go.mod': 'module x/a/nested\n',
      'a/nested/n.go': 'package nested\n',
    };
    expect(await edges(files, ['a', 'a/ui', 'a/docs', 'a/nested'], [])).toEqual(['a → a/ui (implicit)']);
  });

  it('Go files without a module give no edges', async () =>
    expect(await edges({ 'a/x.go': 'package x' }, ['a'])).toEqual([]));
});
