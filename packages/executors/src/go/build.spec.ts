import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isRunning } from '../process/is-running.fixture.js';
import { buildGo, type GoBuild } from './build.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'nx-kube-go-build-')));
  await write('app/go.mod', 'module example.com/app\n\ngo 1.24\n');
  await write('app/main.go', 'package main\n\nfunc main() { println("one") }\n');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

const options = (more: Partial<GoBuild> = {}): GoBuild => ({
  directory: join(root, 'app'),
  root,
  output: join(root, 'app/bin/manager'),
  ...more,
});

async function program(path: string, text: string): Promise<void> {
  await write(path, text);
  await chmod(join(root, path), 0o755);
}

describe('buildGo', () => {
  it('a build makes a program and returns its path', async () => {
    const result = await buildGo(options({ ldflags: ['-X main.unused=1'] }));
    expect(result).toMatchObject({ ok: true, path: join(root, 'app/bin/manager') });
    expect((await execa(join(root, 'app/bin/manager'))).stderr).toBe('one');
  });

  it('a build without changes does not link again', async () => {
    await buildGo(options());
    const { ino } = await stat(join(root, 'app/bin/manager'));
    await buildGo(options());
    expect((await stat(join(root, 'app/bin/manager'))).ino).toBe(ino);
  });

  it('a comment-only edit builds the same bytes', async () => {
    await write('app/main.go', 'package main\n\nimport "example.com/app/a"\n\nfunc main() { a.F() }\n');
    await write('app/a/a.go', 'package a\n\nfunc F() { println("a") }\n');
    await buildGo(options());
    const bytes = await readFile(join(root, 'app/bin/manager'));
    await write('app/a/a.go', 'package a\n\nfunc F() { println("a") } // says a\n');
    await buildGo(options());
    expect(bytes.equals(await readFile(join(root, 'app/bin/manager')))).toBe(true);
  });

  it('a build leaves no work folder behind', async () => {
    await mkdir(join(root, 'tmp'));
    vi.stubEnv('GOTMPDIR', join(root, 'tmp'));
    await buildGo(options());
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });
});

describe('buildGo with errors in the code', () => {
  beforeEach(async () => {
    await write('app/main.go', 'package main\n\nimport "example.com/app/a"\n\nfunc main() { a.F(); nope() }\n');
    await write('app/a/a.go', 'package a\n\nfunc F() {}\n');
  });

  it('a failed build returns the unchanged compiler messages, and each line is reported once', async () => {
    const { stderr } = await execa('go', ['build', '-o', '/dev/null', '.'], {
      cwd: join(root, 'app'),
      env: { CGO_ENABLED: '0' },
      reject: false,
    });
    expect(stderr).toContain('undefined: nope');
    const lines: string[] = [];
    const result = await buildGo(options({ root: undefined }), { onOutput: (line) => lines.push(line) });
    expect(result).toMatchObject({ ok: false, cancelled: false, diagnostics: stderr });
    expect(lines.join('\n')).toBe(stderr);
  });

  it('paths in messages are relative to the workspace root, also in other modules', async () => {
    await write('shared/go.mod', 'module example.com/shared\n\ngo 1.24\n');
    await write('shared/s.go', 'package shared\n\nfunc S() { nope() }\n');
    await write(
      'app/go.mod',
      'module example.com/app\n\ngo 1.24\n\nrequire example.com/shared v0.0.0\n\nreplace example.com/shared => ../shared\n',
    );
    await write('app/main.go', 'package main\n\nimport "example.com/shared"\n\nfunc main() { shared.S() }\n');
    expect(await buildGo(options())).toMatchObject({
      ok: false,
      diagnostics: '# example.com/shared\nshared/s.go:3:12: undefined: nope',
    });
  });

  it('a failed build keeps the binary of the last good build', async () => {
    await write('app/bin/manager', 'old');
    expect(await buildGo(options())).toMatchObject({ ok: false });
    expect(await readFile(join(root, 'app/bin/manager'), 'utf8')).toBe('old');
  });
});

describe('buildGo with an abort', () => {
  /** Makes real builds hang in the first compiler. `compiler` resolves with the compiler's process id. */
  async function hangingCompiler(): Promise<Partial<GoBuild> & { compiler: () => Promise<number> }> {
    await program(
      'slow',
      `#!/bin/sh\ncase "$*" in *-V=full*) exec "$@";; esac\necho $$ >> ${root}/compilers\nexec sleep 600\n`,
    );
    return {
      env: { GOFLAGS: `-toolexec=${root}/slow` },
      compiler: () => vi.waitFor(async () => Number((await readFile(join(root, 'compilers'), 'utf8')).split('\n')[0])),
    };
  }

  it('an aborted build stops its compilers, keeps the last binary and leaves no work folder behind', async () => {
    const { env, compiler } = await hangingCompiler();
    await mkdir(join(root, 'tmp'));
    vi.stubEnv('GOTMPDIR', join(root, 'tmp'));
    await write('app/bin/manager', 'old');
    const abort = new AbortController();
    const build = buildGo(options({ env }), { signal: abort.signal });
    const pid = await compiler();
    abort.abort();
    expect(await build).toEqual({ ok: false, cancelled: true, ms: expect.any(Number) });
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(await readFile(join(root, 'app/bin/manager'), 'utf8')).toBe('old');
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });

  it('an aborted build removes a binary that go has copied only in part', async () => {
    const abort = new AbortController();
    await program('bin/go', '#!/bin/sh\necho half > "$3"\necho copying\nexec sleep 600\n');
    vi.stubEnv('PATH', `${root}/bin:${process.env['PATH']}`);
    await write('app/bin/manager', 'whole');
    const onOutput = (line: string) => line === 'copying' && abort.abort();
    expect(await buildGo(options(), { signal: abort.signal, onOutput })).toMatchObject({ cancelled: true });
    await expect(stat(join(root, 'app/bin/manager'))).rejects.toThrow('ENOENT');
  });
});

describe('buildGo with mistakes in the options', () => {
  it('a missing go is reported', async () => {
    vi.stubEnv('PATH', '/nowhere');
    await expect(buildGo(options())).rejects.toMatchObject({
      culprit: 'configuration',
      message: 'go is not on PATH.',
      next: expect.stringContaining('https://go.dev/dl'),
    });
  });

  it('an output that is a folder is refused', async () => {
    await expect(buildGo(options({ output: join(root, 'app') }))).rejects.toThrow('"output": ');
  });

  it('a main package that is not a program is refused', async () => {
    await write('app/lib/lib.go', 'package lib\n\nfunc F() {}\n');
    await expect(buildGo(options({ main: 'lib' }))).rejects.toThrow('"main": lib is not a program');
    await expect(stat(join(root, 'app/bin/manager'))).rejects.toThrow('ENOENT');
  });

  it('the message of go is passed on when main does not exist', async () => {
    expect(await buildGo(options({ main: 'nowhere' }))).toMatchObject({
      ok: false,
      diagnostics: expect.stringContaining('nowhere'),
    });
  });
});

describe('buildGo with progress', () => {
  it('compiled packages are counted, and their names stay out of the diagnostics', async () => {
    await write('app/a/a.go', 'package a\n\nfunc F() {}\n');
    await write('app/main.go', 'package main\n\nimport "example.com/app/a"\n\nfunc main() { a.F(); nope() }\n');
    const seen: { compiled: number; total?: number }[] = [];
    const result = await buildGo(options({ ldflags: '-X main.unused=progress' }), { onProgress: (p) => seen.push(p) });
    expect(result).toMatchObject({
      ok: false,
      diagnostics: expect.stringMatching(/^# example\.com\/app\n.*undefined: nope$/),
    });
    expect(seen.at(-1)!.compiled).toBeGreaterThan(0);
  });
});
