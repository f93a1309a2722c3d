import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { layoutFor } from '../config/layout.js';
import { acquireLock } from './lock.js';

const freshLayout = () => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/tmp/${randomUUID()}` });
const { signal } = new AbortController();

describe('acquireLock', () => {
  it('the lock is held by one holder at a time and passes on when it is released', async () => {
    const layout = freshLayout();
    const order: string[] = [];
    const waits: string[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const release = await acquireLock(layout, signal, () => waits.push(name));
        order.push(`${name} has it`);
        await new Promise(setImmediate);
        order.push(`${name} releases it`);
        release();
      }),
    );
    expect(order).toHaveLength(6);
    for (let index = 0; index < 6; index += 2) {
      expect(order[index]!.replace('has', 'releases')).toBe(order[index + 1]);
    }
    expect(waits.length).toBeGreaterThanOrEqual(2);
    expect(new Set(waits).size).toBe(waits.length);
  });

  it('each state folder has a lock of its own', async () => {
    const releases = [await acquireLock(freshLayout(), signal, fail), await acquireLock(freshLayout(), signal, fail)];
    releases.forEach((release) => release());
  });

  it('the lock is free as soon as its holder is killed', async () => {
    const layout = freshLayout();
    const holder = spawn(
      process.execPath,
      [
        '--conditions=@nx-kube/source',
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        `const { acquireLock } = await import(process.argv[1]);
         await acquireLock({ home: process.argv[2] }, new AbortController().signal, () => {});
         setInterval(() => {}, 1000);
         console.log('locked');`,
        fileURLToPath(new URL('./lock.ts', import.meta.url)),
        layout.home,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(holder.stdout, 'data');
    const release = await acquireLock(layout, signal, () => holder.kill('SIGKILL'));
    release();
    expect(holder.killed).toBe(true);
  });

  it('a waiting caller stops when its signal is aborted', async () => {
    const layout = freshLayout();
    const release = await acquireLock(layout, signal, fail);
    const stop = new AbortController();
    await expect(acquireLock(layout, stop.signal, () => stop.abort())).rejects.toThrow('abort');
    release();
  });
});

function fail(): never {
  throw new Error('acquireLock waits although the lock is free');
}
