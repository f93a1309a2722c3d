import { describe, expect, it } from 'vitest';
import { goProjects } from './found-projects.js';
import { summary } from './init.js';

const dev = { executor: '@nx-kube/executors:dev' };
const go = { metadata: { technologies: ['go'] } };

describe('goProjects', () => {
  it('controllers have a loop under any name, other Go modules do not, and other projects do not count', () =>
    expect(
      goProjects([
        ['web', { root: 'web', targets: { dev: { executor: 'nx:run-commands' } } }],
        ['two', { root: 'two', targets: { up: dev }, ...go }],
        ['shared', { root: 'shared', targets: { 'go-test': {} }, ...go }],
        ['one', { root: 'one', targets: { dev }, ...go }],
      ]),
    ).toEqual({
      controllers: [
        { name: 'one', dev: 'dev' },
        { name: 'two', dev: 'up' },
      ],
      modules: ['shared'],
    }));
});

describe('summary', () => {
  it('the summary names the projects and the command to run next', () =>
    expect(summary({ controllers: [{ name: 'one', dev: 'up' }], modules: ['shared'] }, './nx')).toEqual([
      'Found 2 projects:',
      '  one (controller)',
      '  shared (Go module)',
      '',
      'Next: ./nx run one:up',
    ]));
  it('the summary without a controller says what a controller has', () =>
    expect(summary({ controllers: [], modules: ['one'] }, 'npx nx').join('\n')).toContain(
      'a kustomization with a workload',
    ));
  it('the summary of a repository without Go modules says so', () =>
    expect(summary({ controllers: [], modules: [] }, 'npx nx')).toEqual([expect.stringContaining('no go.mod')]));
});
