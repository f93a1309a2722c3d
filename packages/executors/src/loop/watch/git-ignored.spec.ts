import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gitIgnored } from './git-ignored.js';

describe('gitIgnored', () => {
  let root: string;
  const write = (path: string, text = '') => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'git-ignored-')));
    execFileSync('git', ['init', '-q', root]);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  it('gitIgnored agrees with git about nested .gitignore files, negations and folders', () => {
    write('.gitignore', 'bin/\n*.log\n!keep.log\n/only-root\ntmp*\n');
    write('a/.gitignore', 'generated.go\n!wanted.log\n');
    const files = [
      'bin/manager',
      'a/bin/manager',
      'a/x.log',
      'keep.log',
      'a/keep.log',
      'a/wanted.log',
      'only-root',
      'a/only-root',
      'a/generated.go',
      'generated.go',
      'a/b/generated.go',
      'tmp1/x.go',
      'a/main.go',
    ];
    files.forEach((file) => write(file));
    const ignored = gitIgnored(root);
    const gitSays = execFileSync('git', ['-C', root, 'check-ignore', '--no-index', ...files], { encoding: 'utf8' });
    expect(files.filter((file) => ignored(join(root, file), false))).toEqual(gitSays.trim().split('\n'));
  });

  it('the folders of git, npm and Nx are always ignored, and the root never is', () => {
    const ignored = gitIgnored(root);
    expect(ignored(join(root, '.git/index'), false)).toBe(true);
    expect(ignored(join(root, 'a/node_modules'), true)).toBe(true);
    expect(ignored(join(root, '.nx/cache'), true)).toBe(true);
    expect(ignored(root, true)).toBe(false);
  });

  it('.nxignore wins over .gitignore in both directions', () => {
    write('.gitignore', 'dist/\n.env\n');
    write('.nxignore', '!dist/\nsecret.yaml\n');
    const ignored = gitIgnored(root);
    expect(ignored(join(root, 'dist/x'), false)).toBe(false);
    expect(ignored(join(root, 'a/secret.yaml'), false)).toBe(true);
    expect(ignored(join(root, 'a/.env'), false)).toBe(true);
  });

  it('excludes of the repository, of the user and of folders above the workspace count', () => {
    write('.git/info/exclude', 'local.yaml\n');
    write('home/.gitconfig', '[core]\n\texcludesFile = ~/mine\n');
    write('home/mine', '*.swp\n');
    write('.gitignore', 'above.yaml\n');
    vi.stubEnv('HOME', join(root, 'home'));
    const ignored = gitIgnored(join(root, 'ws'));
    const names = ['local.yaml', 'a/x.swp', 'above.yaml', 'seen.yaml'];
    expect(names.filter((name) => ignored(join(root, 'ws', name), false))).toEqual(names.slice(0, 3));
  });
});
