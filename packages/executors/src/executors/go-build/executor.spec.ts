import { mkdir, mkdtemp, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { capturedOutput } from '../../nx/output.fixture.js';
import goBuild, { normalize } from './executor.js';

describe('go-build', () => {
  let root: string;
  let output: () => string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'nx-kube-go-build-')));
    await mkdir(join(root, 'apps/one'), { recursive: true });
    await writeFile(join(root, 'apps/one/go.mod'), 'module example.com/one\n\ngo 1.24\n');
    await writeFile(join(root, 'apps/one/main.go'), 'package main\n\nfunc main() {}\n');
    output = capturedOutput();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(root, { recursive: true, force: true });
  });

  it('the binary is built as bin/manager in the project, and its path is printed', async () => {
    expect(await goBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: true });
    // A slow machine shows progress first.
    expect(output().split('\n').at(-2)).toMatch(/^Built apps\/one\/bin\/manager \(\d.*B\) in .*s$/);
    expect((await stat(join(root, 'apps/one/bin/manager'))).mode & 0o111).toBe(0o111);
  });

  it('a compile error is printed once, with a path that opens from the workspace root', async () => {
    await writeFile(join(root, 'apps/one/main.go'), 'package main\n\nfunc main() { nope() }\n');
    expect(await goBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: false });
    expect(output()).toBe('# example.com/one\napps/one/main.go:3:15: undefined: nope\n');
  });

  it('a mistake in the options is printed with its next step', async () => {
    expect(await goBuild({ output: '.' }, executorContext(root, 'apps/one'))).toEqual({ success: false });
    expect(output()).toBe(
      `"output": ${root}/apps/one is a folder.\n  → Set it to the path of a file, such as bin/manager.\n`,
    );
  });

  it('every option and default reaches the core', () => {
    const options = { main: './cmd', tags: ['a'], ldflags: '-w', env: { A: 'b' }, goarch: 'arm64', race: true };
    expect(normalize({ ...options, output: 'bin/release/manager' }, executorContext('/w', 'apps/one'))).toEqual({
      ...{ gcflags: '', asmflags: '', goos: 'linux', trimpath: false, buildvcs: false },
      ...options,
      directory: '/w/apps/one',
      root: '/w',
      output: '/w/apps/one/bin/release/manager',
    });
  });
});
