import type { ExecutorContext } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { executorContext } from './executor-context.fixture.js';
import { projectOf, projectPath, workspacePath } from './project.js';

const nested = projectOf(executorContext('/w', 'apps/one'));
const whole = projectOf(executorContext('/w', '.'));

describe('projectOf', () => {
  it('projectOf returns the project that a target runs for', () => {
    expect(nested).toEqual({ name: 'one', workspaceRoot: '/w', root: 'apps/one', directory: '/w/apps/one' });
    expect(whole).toEqual({ name: 'w', workspaceRoot: '/w', root: '.', directory: '/w' });
  });

  it('projectOf reports a missing project as a bug', () => {
    const context = { ...executorContext('/w', '.'), projectName: undefined } as ExecutorContext;
    expect(() => projectOf(context)).toThrow('Nx ran an executor without a project');
  });
});

describe('paths in options', () => {
  it.each([
    ['dist/{projectRoot}/manifests.yaml', '/w/dist/apps/one/manifests.yaml', '/w/dist/manifests.yaml'],
    ['{workspaceRoot}/x', '/w/x', '/w/x'],
    ['out/{projectName}', '/w/out/one', '/w/out/w'],
    ['/abs', '/abs', '/abs'],
  ])('the option %s is a path from the workspace root', (option, inNested, inWhole) => {
    expect(workspacePath(nested, option)).toBe(inNested);
    expect(workspacePath(whole, option)).toBe(inWhole);
  });

  it.each([
    ['bin/manager', '/w/apps/one/bin/manager', '/w/bin/manager'],
    ['{projectRoot}/bin/manager', '/w/apps/one/bin/manager', '/w/bin/manager'],
    ['./bin', '/w/apps/one/bin', '/w/bin'],
    ['../x', '/w/apps/x', '/x'],
    ['/abs', '/abs', '/abs'],
  ])('the option %s is a path from the project root', (option, inNested, inWhole) => {
    expect(projectPath(nested, option)).toBe(inNested);
    expect(projectPath(whole, option)).toBe(inWhole);
  });

  it('a path in which Nx has replaced {projectRoot} is taken from the workspace', () => {
    expect(projectPath(nested, 'apps/one/bin/manager')).toBe('/w/apps/one/bin/manager');
  });

  it('a path in which Nx has removed {workspaceRoot} is taken from the workspace', () => {
    expect(projectPath(nested, '')).toBe('/w');
  });
});
