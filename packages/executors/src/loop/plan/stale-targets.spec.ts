import { describe, expect, it } from 'vitest';
import { staleTargets, watchRoots, type FileInputs } from './stale-targets.js';

const inputs = new Map<string, FileInputs>([
  ['go-build', { include: ['a/**/*.go', 'a/go.mod', 'shared/**/*.go', 'go.work'], exclude: ['a/**/*_test.go'] }],
  ['kustomize-build', { include: ['a/config/**/*'], exclude: [] }],
]);

describe('staleTargets', () => {
  it.each([
    [['a/main.go'], ['go-build']],
    [['a/pkg/deep/x.go'], ['go-build']],
    [['shared/x.go'], ['go-build']],
    [['a/config/default/kustomization.yaml'], ['kustomize-build']],
    [['a/config/.hidden/x.yaml'], ['kustomize-build']],
    [
      ['a/main.go', 'a/config/rbac/role.yaml'],
      ['go-build', 'kustomize-build'],
    ],
    [['a/main_test.go'], []],
    [['a/README.md', 'b/main.go'], []],
    [['a/main_test.go', 'go.work'], ['go-build']],
  ])('a change of the files %j makes the targets %j stale', (files, stale) =>
    expect(staleTargets(files, inputs)).toEqual(stale),
  );
});

describe('staleTargets of inputs that Nx does not see', () => {
  const hidden = new Map<string, FileInputs>([
    [
      'go-build',
      { include: ['\\(a\\)/*.go'], exclude: [], always: [{ include: ['../lib/**/*.go'], exclude: ['**/x/**'] }] },
    ],
  ]);
  it.each([['(a)/main.go'], ['../lib/b/c.go']])('a change of %s counts', (file) =>
    expect(staleTargets([file], hidden)).toEqual(['go-build']),
  );
  it('the watch roots are folders without escapes, also outside of the workspace', () =>
    expect(watchRoots([...hidden.values(), { include: ['**/*'], exclude: [] }])).toEqual(['.', '../lib']));
});

describe('watchRoots', () => {
  it('the watch roots are the fixed parts of the globs, without those inside others', () =>
    expect(watchRoots(inputs.values())).toEqual(['a', 'go.work', 'shared']));
  it('the watch root of a project in the workspace root is the workspace root', () =>
    expect(watchRoots([{ include: ['**/*.go', 'config/**/*'], exclude: [] }])).toEqual(['.']));
});
