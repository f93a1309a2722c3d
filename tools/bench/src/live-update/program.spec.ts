import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from './program.js';

describe('live-update program', () => {
  let folder: string;
  let program: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'live-update-'));
    program = join(folder, 'live-update');
    await buildProgram(program, { x64: 'amd64' }[process.arch as string] ?? process.arch);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('sync replaces the running program and starts the new one', async () => {
    const socket = join(folder, 'socket');
    const child = join(folder, 'child');
    const script = (text: string) => `#!/bin/sh\necho ${text}\nexec sleep 60\n`;
    writeFileSync(child, script('old'), { mode: 0o755 });
    const supervisor = execa(program, ['supervise', '-socket', socket, '--', child], { reject: false });
    const lines = createInterface(supervisor.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe('old');

    const sync = execa(program, ['sync', '-socket', socket, '-root', folder], { stdin: 'pipe' });
    const tar = pack();
    tar.entry({ name: 'child', mode: 0o755 }, script('new'));
    tar.finalize();
    // The stream stays open, as an exec stream does.
    for await (const bytes of tar as AsyncIterable<Buffer>) sync.stdin!.write(bytes);
    const { pid } = JSON.parse((await sync).stdout);
    expect((await lines.next()).value).toBe('new');
    expect(() => process.kill(pid, 0)).not.toThrow();

    supervisor.kill('SIGTERM');
    await supervisor;
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('sync reports an error for a stream that is not a tar', async () => {
    const { exitCode, stderr } = await execa(program, ['sync', '-root', folder], {
      input: 'x'.repeat(2000),
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('tar');
  });
});
