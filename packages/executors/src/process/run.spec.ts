import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCommand, requireCommand } from './find.js';
import { isRunning } from './is-running.fixture.js';
import { runCommand } from './run.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-kube-command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const node = (script: string) => [process.execPath, ['-e', script]] as const;

/** Returns a callback for lines, and a promise of the first matching line. */
function lineOf(pattern: RegExp): { line: Promise<string>; onLine: (line: string) => void } {
  let found!: (line: string) => void;
  const line = new Promise<string>((resolve) => (found = resolve));
  return { line, onLine: (text) => pattern.test(text) && found(text) };
}

describe('findCommand and requireCommand', () => {
  it('the first executable file on PATH is found, not a folder or a plain file', async () => {
    await writeFile(join(folder, 'tool'), '');
    expect(await findCommand('tool', folder)).toBeUndefined();
    await chmod(join(folder, 'tool'), 0o755);
    expect(await findCommand('tool', `/nowhere::${folder}`)).toBe(join(folder, 'tool'));
    expect(await findCommand(join(folder, 'tool'))).toBe(join(folder, 'tool'));
    expect(await findCommand(folder)).toBeUndefined();
  });

  it('a missing command is reported with the next step', async () => {
    await expect(requireCommand('no-such-tool', 'Install it.')).rejects.toMatchObject({
      culprit: 'configuration',
      message: 'no-such-tool is not on PATH.',
      next: 'Install it.',
    });
    await expect(requireCommand('/no/such/tool', 'Install it.')).rejects.toThrow(
      '/no/such/tool is not an executable file.',
    );
  });
});

describe('runCommand', () => {
  it('the result holds exit code, streams and lines, and arguments are passed unchanged', async () => {
    const lines: string[] = [];
    const script = 'console.log(process.argv[1]); console.error(process.env.GREETING); process.exitCode = 3';
    const result = await runCommand(process.execPath, ['-e', script, '$(id) "; *'], {
      env: { GREETING: 'hello' },
      onLine: (line) => lines.push(line),
    });
    expect(result).toMatchObject({ exitCode: 3, cancelled: false, stdout: '$(id) "; *\n', stderr: 'hello\n' });
    expect(lines.sort()).toEqual(['$(id) "; *', 'hello']);
  });

  it('the input is written and then closed', async () => {
    const script = 'process.stdin.pipe(process.stdout)';
    expect((await runCommand(...node(script), { input: 'text' })).stdout).toBe('text');
  });

  it('a file that is not a program is refused', async () => {
    const path = join(folder, 'tool');
    await writeFile(path, '');
    await expect(runCommand(path, [])).rejects.toThrow(`${path} cannot be started: `);
  });

  it('a command does not start after the abort', async () => {
    expect(await runCommand('/no/such/tool', [], { signal: AbortSignal.abort() })).toMatchObject({ cancelled: true });
  });

  it('an abort stops the children of the command, too', async () => {
    const child = "const c = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);";
    const { line, onLine } = lineOf(/^\d+$/);
    const abort = new AbortController();
    const script = `${child} console.log(c.pid); setInterval(() => {}, 1000)`;
    const run = runCommand(...node(script), { signal: abort.signal, onLine });
    const pid = Number(await line);
    abort.abort();
    expect(await run).toMatchObject({ cancelled: true, exitCode: undefined });
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('a command that ignores SIGTERM is killed after the grace period', async () => {
    const { line, onLine } = lineOf(/ready/);
    const abort = new AbortController();
    const script = "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)";
    const run = runCommand(...node(script), { signal: abort.signal, graceMs: 100, onLine });
    await line;
    abort.abort();
    const { cancelled, ms } = await run;
    expect(cancelled).toBe(true);
    expect(ms).toBeLessThan(10_000);
  });
});
