import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { NxKubeError } from '@nx-kube/cluster';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { shortPath } from './print.js';
import { runExecutor } from './run-executor.js';

afterEach(() => void vi.restoreAllMocks());

function errors(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
}

describe('runExecutor', () => {
  it.each(['stdout', 'stderr'] as const)(
    'all that an executor wrote to %s reaches a pipe that is read late',
    async (name) => {
      const program = `
      const { runExecutor } = await import(process.argv[1]);
      let returned = false;
      const run = runExecutor(async () => process.${name}.write('x'.repeat(2_000_000))).then(() => (returned = true));
      for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
      process.send({ returned });
      await run;
      // Nx does this.
      process.exit(0);`;
      const path = fileURLToPath(new URL('./run-executor.ts', import.meta.url));
      const child = spawn(
        process.execPath,
        [...['--conditions=@nx-kube/source', '--import', 'tsx', '--input-type=module', '-e', program], path],
        { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
      );
      // Nothing reads the pipe until here, so the executor cannot have returned.
      const [message] = (await once(child, 'message')) as unknown[];
      expect(message).toEqual({ returned: false });
      expect((await text(child[name]!)).length).toBe(2_000_000);
    },
  );

  it('runExecutor returns whether the target succeeded', async () => {
    expect(await runExecutor(async () => true)).toEqual({ success: true });
    expect(await runExecutor(async () => false)).toEqual({ success: false });
  });

  it('a failure of a target is printed once, with its next step and without a stack', async () => {
    const lines = errors();
    const work = () => Promise.reject(new NxKubeError('configuration', 'No such file', { next: 'Make one.' }));
    expect(await runExecutor(work)).toEqual({ success: false });
    expect(lines).toEqual(['No such file.\n  → Make one.\n']);
  });

  it('log lines that an error quotes are printed for a person', async () => {
    const lines = errors();
    const quoted = 'Pod/p: it crashes. Its last lines:\n    E1127 15:13:29.1   1 main.go:3] no host';
    await runExecutor(() => Promise.reject(new NxKubeError('user-code', quoted)));
    expect(lines).toEqual(['Pod/p: it crashes. Its last lines:\n    ERROR no host caller=main.go:3\n']);
  });

  it('a stop signal aborts the work without a message, and the signal listeners are removed', async () => {
    const lines = errors();
    const before = process.listenerCount('SIGTERM');
    const run = runExecutor(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    process.emit('SIGTERM');
    expect(await run).toEqual({ success: false });
    expect(lines).toEqual([]);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});

describe('shortPath', () => {
  it('shortPath writes a path that opens from the workspace root', () => {
    expect([shortPath('/w', '/w/a/b'), shortPath('/w', '/w'), shortPath('/w', '/x')]).toEqual(['a/b', '.', '/x']);
  });
});
