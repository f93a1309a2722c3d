import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { identify, isAlive } from './process-identity.js';
import { stopProcesses } from './stop-processes.js';

async function child(script: string) {
  const started = spawn(process.execPath, ['-e', `${script}; setInterval(() => {}, 1000); console.log('up')`]);
  await once(started.stdout, 'data');
  const exited = once(started, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  return { identity: identify(started.pid!)!, exited, started };
}

describe('stopProcesses', () => {
  it('a process may end by itself', async () => {
    const { identity, exited } = await child(`process.on('SIGTERM', () => process.exit(7))`);
    expect(await stopProcesses([identity])).toEqual([]);
    expect(await exited).toEqual([7, null]);
  });

  it('a process that ignores SIGTERM is killed after the grace period', async () => {
    const { identity, exited } = await child(`process.on('SIGTERM', () => {})`);
    expect(await stopProcesses([identity], 100)).toEqual([]);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('a process is killed at once without a grace period', async () => {
    const { identity, exited } = await child(`process.on('SIGTERM', () => process.exit(7))`);
    expect(await stopProcesses([identity], 0)).toEqual([]);
    expect(await exited).toEqual([null, 'SIGKILL']);
  });

  it('a process that reuses the id of an ended one is not touched', async () => {
    const { identity, started } = await child('');
    expect(await stopProcesses([{ ...identity, startTicks: '1' }], 0)).toEqual([]);
    expect(isAlive(identity)).toBe(true);
    started.kill('SIGKILL');
  });
});
