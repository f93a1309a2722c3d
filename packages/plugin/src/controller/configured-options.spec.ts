import type { NxJsonConfiguration } from '@nx/devkit';
import { afterEach, describe, expect, it } from 'vitest';
import { Facts } from '../files/facts.js';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';
import { configuredOptions, variants } from './configured-options.js';

const executor = '@nx-kube/executors:go-build';
const output = (path: string) => ({ options: { output: path } });

describe('configuredOptions', () => {
  let workspace: TestWorkspace;
  afterEach(() => workspace.dispose());
  const read = (files: Record<string, object>, defaults?: NxJsonConfiguration['targetDefaults']) => {
    workspace = testWorkspace(
      Object.fromEntries(Object.entries(files).map(([file, json]) => [file, JSON.stringify(json)])),
    );
    return configuredOptions(new Facts(workspace.root), 'ocm', { target: 'go-build', executor, defaults });
  };

  it('options of project.json win over package.json, and those over nx.json, one by one and in each configuration', () =>
    expect(
      read(
        {
          'ocm/package.json': {
            nx: { targets: { 'go-build': { options: { output: 'two', path: 'two' }, configurations: { c: {} } } } },
          },
          'ocm/project.json': {
            targets: { 'go-build': { ...output('three'), configurations: { c: { release: true }, d: null } } },
          },
        },
        {
          'go-build': {
            options: { output: 'one', path: 'one', binary: 'one', other: 'not of files' },
            configurations: { c: { output: 'c' } },
          },
        },
      ),
    ).toEqual({
      options: { output: 'three', path: 'two', binary: 'one' },
      configurations: { c: { output: 'c', release: true }, d: {} },
    }));

  it.each<[string, NxJsonConfiguration['targetDefaults'], string | undefined]>([
    ['under the executor before the name', { [executor]: output('a'), 'go-build': output('b') }, 'a'],
    ['under the name', { build: output('a'), 'go-build': output('b') }, 'b'],
    ['in a list, with the last matching entry', { 'go-build': [output('a'), output('b')] }, 'b'],
    ['with the filter of the plugin', { 'go-build': [{ filter: { plugin: '@nx-kube/plugin' }, ...output('a') }] }, 'a'],
    ['with the filter of the executor', { 'go-build': [{ filter: { executor }, ...output('a') }] }, 'a'],
    [
      'but not with the filter of another executor',
      { 'go-build': [{ filter: { executor: 'x:y' }, ...output('a') }] },
      undefined,
    ],
    ['but not with a filter of projects', { 'go-build': [{ filter: { projects: ['x'] }, ...output('a') }] }, undefined],
  ])('defaults are read from nx.json %s', (_, defaults, expected) =>
    expect(read({}, defaults).options.output).toBe(expected),
  );
});

describe('variants', () => {
  it('each configuration is a variant, laid over the default options', () =>
    expect(variants({ options: { path: 'a', output: 'o' }, configurations: { c: { path: 'b' }, d: {} } })).toEqual([
      { path: 'a', output: 'o' },
      { path: 'b', output: 'o' },
      { path: 'a', output: 'o' },
    ]));
});
