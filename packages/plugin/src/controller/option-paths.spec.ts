import { expect, it } from 'vitest';
import { isFromWorkspace, projectPath, workspacePath } from './option-paths.js';

const nested = { project: 'one', root: 'apps/one' };
const whole = { project: 'w', root: '.' };

it.each([
  ['dist/{projectRoot}/manifests.yaml', 'dist/apps/one/manifests.yaml', 'dist/manifests.yaml'],
  ['{workspaceRoot}/x', 'x', 'x'],
  ['out/{projectName}', 'out/one', 'out/w'],
  ['/abs', '/abs', '/abs'],
])('workspacePath of %s', (option, inNested, inWhole) => {
  expect(workspacePath(option, nested)).toBe(inNested);
  expect(workspacePath(option, whole)).toBe(inWhole);
});

// The same table as that of the executors' own, which read what is inferred here.
it.each([
  ['bin/manager', 'apps/one/bin/manager', 'bin/manager'],
  ['{projectRoot}/bin/manager', 'apps/one/bin/manager', 'bin/manager'],
  ['apps/one/bin/manager', 'apps/one/bin/manager', 'apps/one/bin/manager'],
  ['./bin', 'apps/one/bin', 'bin'],
  ['../x', 'apps/x', '../x'],
  ['{workspaceRoot}', '.', '.'],
  ['/abs', '/abs', '/abs'],
])('projectPath of %s', (option, inNested, inWhole) => {
  expect(projectPath(option, nested)).toBe(inNested);
  expect(projectPath(option, whole)).toBe(inWhole);
});

it.each([
  ['bin/manager', false],
  ['{projectRoot}/bin/manager', true],
  ['apps/one-more/bin', false],
])('isFromWorkspace of %s is %s', (option, is) => expect(isFromWorkspace(option, nested)).toBe(is));
