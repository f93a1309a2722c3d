import type { ProjectGraph, TargetConfiguration } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { targetInputs } from './target-inputs.js';

function graph(inputs: TargetConfiguration['inputs'], root = 'apps/a'): ProjectGraph {
  const node = (name: string, at: string, targets = {}) => ({
    name,
    type: 'app' as const,
    data: { root: at, targets },
  });
  return {
    nodes: { a: node('a', root, { t: { inputs } }), b: node('b', 'libs/b'), c: node('c', 'libs/c') },
    dependencies: {
      a: [
        { source: 'a', target: 'b', type: 'static' },
        { source: 'a', target: 'npm:x', type: 'static' },
      ],
      b: [{ source: 'b', target: 'c', type: 'static' }],
      c: [{ source: 'c', target: 'a', type: 'static' }],
    },
  };
}

describe('targetInputs', () => {
  it.each<[string, TargetConfiguration['inputs'], string[], string[]]>([
    [
      'filesets of the project',
      ['{projectRoot}/**/*.go', '!{projectRoot}/**/*_test.go'],
      ['apps/a/**/*.go'],
      ['apps/a/**/*_test.go'],
    ],
    ['files of the workspace', ['{workspaceRoot}/go.work'], ['go.work'], []],
    ['filesets of all dependencies', ['^{projectRoot}/**/*.go'], ['libs/b/**/*.go', 'libs/c/**/*.go'], []],
    ['named inputs', ['sources'], ['apps/a/src/**/*'], []],
    ['named inputs of dependencies', ['^sources'], ['libs/b/src/**/*', 'libs/c/src/**/*'], []],
    [
      'inputs that are objects',
      [{ fileset: '{projectRoot}/x' }, { input: 'sources' }],
      ['apps/a/x', 'apps/a/src/**/*'],
      [],
    ],
    [
      'nothing for inputs that are not files',
      [{ runtime: 'go version' }, { env: 'X' }, { externalDependencies: [] }, { dependentTasksOutputFiles: '**/m' }],
      [],
      [],
    ],
    [
      'all files of the project and its dependencies where no inputs are given',
      undefined,
      ['apps/a/**/*', 'libs/b/**/*', 'libs/c/**/*'],
      [],
    ],
  ])('targetInputs returns %s', (_, inputs, include, exclude) =>
    expect(targetInputs('a', 't', graph(inputs), { namedInputs: { sources: ['{projectRoot}/src/**/*'] } })).toEqual({
      include,
      exclude,
    }),
  );

  it('the inputs of a project that is the workspace start at the workspace root', () =>
    expect(targetInputs('a', 't', graph(['{projectRoot}/**/*.go'], '.'), {}).include).toEqual(['**/*.go']));
});
