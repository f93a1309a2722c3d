import { describe, expect, it } from 'vitest';
import { isFromWorkspace, projectPath, workspacePath } from './option-paths.js';

const nested = { project: 'one', root: 'apps/one' };
const whole = { project: 'w', root: '.' };

describe('workspacePath, projectPath and isFromWorkspace', () => {
  it.each([
    ['dist/{projectRoot}/manifests.yaml', 'dist/apps/one/manifests.yaml', 'dist/manifests.yaml'],
    ['{workspaceRoot}/x', 'x', 'x'],
    ['out/{projectName}', 'out/one', 'out/w'],
    ['/abs', '/abs', '/abs'],
  ])('the option %s relative to the workspace is the path %s, or %s in a root project', (option, inNested, inWhole) => {
    expect(workspacePath(option, nested)).toBe(inNested);
    expect(workspacePath(option, whole)).toBe(inWhole);
  });

  // The executors have the same table for their own function, which reads the inferred options.
  it.each([
    ['bin/manager', 'apps/one/bin/manager', 'bin/manager'],
    ['{projectRoot}/bin/manager', 'apps/one/bin/manager', 'bin/manager'],
    ['apps/one/bin/manager', 'apps/one/bin/manager', 'apps/one/bin/manager'],
    ['./bin', 'apps/one/bin', 'bin'],
    ['../x', 'apps/x', '../x'],
    ['{workspaceRoot}', '.', '.'],
    ['/abs', '/abs', '/abs'],
  ])('the option %s relative to the project is the path %s, or %s in a root project', (option, inNested, inWhole) => {
    expect(projectPath(option, nested)).toBe(inNested);
    expect(projectPath(option, whole)).toBe(inWhole);
  });

  it.each([
    ['bin/manager', false],
    ['{projectRoot}/bin/manager', true],
    ['apps/one-more/bin', false],
  ])('the option %s comes from the workspace: %s', (option, is) => expect(isFromWorkspace(option, nested)).toBe(is));
});
