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

describe('a build', () => {
  it('makes a program and says where it is', async () => {
    const result = await buildGo(options({ ldflags: ['-X main.unused=1'] }));
    expect(result).toMatchObject({ ok: true, path: join(root, 'app/bin/manager') });
    expect((await execa(join(root, 'app/bin/manager'))).stderr).toBe('one');
  });

  it('does not link again when nothing changed', async () => {
    await buildGo(options());
    const { ino } = await stat(join(root, 'app/bin/manager'));
    await buildGo(options());
    expect((await stat(join(root, 'app/bin/manager'))).ino).toBe(ino);
  });

  it('makes the same bytes when only a comment of a package changed', async () => {
    await write('app/main.go', 'package main\n\nimport "example.com/app/a"\n\nfunc main() { a.F() }\n');
    await write('app/a/a.go', 'package a\n\nfunc F() { println("a") }\n');
    await buildGo(options());
    const bytes = await readFile(join(root, 'app/bin/manager'));
    await write('app/a/a.go', 'package a\n\nfunc F() { println("a") } // says a\n');
    await buildGo(options());
    expect(bytes.equals(await readFile(join(root, 'app/bin/manager')))).toBe(true);
  });

  it('leaves no work folder behind', async () => {
    await mkdir(join(root, 'tmp'));
    vi.stubEnv('GOTMPDIR', join(root, 'tmp'));
    await buildGo(options());
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
  });
});

describe('a build that fails', () => {
  beforeEach(async () => {
    await write('app/main.go', 'package main\n\nimport "example.com/app/a"\n\nfunc main() { a.F(); nope() }\n');
    await write('app/a/a.go', 'package a\n\nfunc F() {}\n');
  });

  it('gives what the compiler said, unchanged, and says each line once', async () => {
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

  it('writes paths so that they open from the workspace root, in other modules too', async () => {
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

  it('keeps the binary of the last good build', async () => {
    await write('app/bin/manager', 'old');
    expect(await buildGo(options())).toMatchObject({ ok: false });
    expect(await readFile(join(root, 'app/bin/manager'), 'utf8')).toBe('old');
  });
});

describe('a build that is stopped', () => {
  /** Makes real builds hang in the first compiler, and tells the compiler's process id. */
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

  it('stops its compilers too, keeps the last binary and leaves no work folder behind', async () => {
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

  it('drops a binary that go had begun to copy into place', async () => {
    const abort = new AbortController();
    await program('bin/go', '#!/bin/sh\necho half > "$3"\necho copying\nexec sleep 600\n');
    vi.stubEnv('PATH', `${root}/bin:${process.env['PATH']}`);
    await write('app/bin/manager', 'whole');
    const onOutput = (line: string) => line === 'copying' && abort.abort();
    expect(await buildGo(options(), { signal: abort.signal, onOutput })).toMatchObject({ cancelled: true });
    await expect(stat(join(root, 'app/bin/manager'))).rejects.toThrow('ENOENT');
  });
});

describe('mistakes in the options', () => {
  it('says that go is missing', async () => {
    vi.stubEnv('PATH', '/nowhere');
    await expect(buildGo(options())).rejects.toMatchObject({
      culprit: 'configuration',
      message: 'go is not on PATH',
      next: expect.stringContaining('https://go.dev/dl'),
    });
  });

  it('says that the output is a folder', async () => {
    await expect(buildGo(options({ output: join(root, 'app') }))).rejects.toThrow('"output": ');
  });

  it('says that main is not a program', async () => {
    await write('app/lib/lib.go', 'package lib\n\nfunc F() {}\n');
    await expect(buildGo(options({ main: 'lib' }))).rejects.toThrow('"main": lib is not a program');
    await expect(stat(join(root, 'app/bin/manager'))).rejects.toThrow('ENOENT');
  });

  it('passes on what go says of a main that is not there', async () => {
    expect(await buildGo(options({ main: 'nowhere' }))).toMatchObject({
      ok: false,
      diagnostics: expect.stringContaining('nowhere'),
    });
  });
});

describe('how far a build is', () => {
  it('counts packages as they are compiled, and keeps their names out of the diagnostics', async () => {
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
