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
