import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRoot } from './find-root.js';

let top: string;
beforeEach(() => (top = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-root-')))));
afterEach(() => rmSync(top, { recursive: true }));

describe('findRoot', () => {
  it.each([
    ['the root of the git repository is set up', ['.git/', 'go.mod'], 'cmd', '.'],
    ['the root of a git worktree, where .git is a file, is set up', ['.git', 'go.mod'], 'cmd/deep', '.'],
    [
      'the Nx workspace around the folder is set up',
      ['.git/', 'tools/nx.json', 'tools/package.json'],
      'tools/one',
      'tools',
    ],
    ['an npm package is set up where the command is run in it', ['.git/', 'web/package.json'], 'web', 'web'],
    [
      'the repository is set up where the command is run below an npm package',
      ['.git/', 'web/package.json'],
      'web/a',
      '.',
    ],
    ['a workspace outside of the git repository does not count', ['nx.json', 'repo/.git/'], 'repo/cmd', 'repo'],
    ['a Go module without git is set up', ['one/go.mod'], 'one', 'one'],
  ])('%s', (_, files, directory, root) => {
    for (const file of files) {
      mkdirSync(join(top, file.endsWith('/') ? file : dirname(file)), { recursive: true });
      if (!file.endsWith('/')) writeFileSync(join(top, file), '');
    }
    mkdirSync(join(top, directory), { recursive: true });
    expect(findRoot(join(top, directory))).toBe(join(top, root));
  });

  it('a folder in no repository is refused with the next step', () =>
    expect(() => findRoot(top)).toThrow(/is in no git repository[^]*→ Run the command in the repository/));
});
