import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Component } from '../config/component.js';
import { layoutFor, type Layout } from '../config/layout.js';
import { runningProcess } from './process-records.js';
import { ensureRunning, type StartContext } from './start-component.js';
import { stopProcesses } from './stop-processes.js';
import { strayProcesses } from './stray-processes.js';

let layout: Layout;
let said: string[];
let context: StartContext;

beforeEach(() => {
  layout = layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: mkdtempSync(join(tmpdir(), 'nx-kube-')) });
  said = [];
  context = { layout, buildDigest: 'b', signal: new AbortController().signal, progress: (line) => said.push(line) };
});

afterEach(async () => {
  await stopProcesses(strayProcesses(layout), 0);
  rmSync(layout.home, { recursive: true });
});

/** A component that is a Node script, and is ready when it listens on its socket. */
function component(script: string, listens: Component['listens'] = []): Component {
  const path = join(layout.home, 'ready.sock');
  return {
    name: 'etcd',
    program: process.execPath,
    args: ['-e', script.replace('LISTEN', `require('net').createServer().listen(${JSON.stringify(path)})`)],
    files: {},
    listens,
    probe: { kind: 'socket', path },
  };
}

const cleanUpAnd = (script: string) => `require('fs').rmSync('${layout.home}/ready.sock', { force: true }); ${script}`;

describe('starting a component', () => {
  it('ends when it is ready, and leaves it alone the next time', async () => {
    expect(await ensureRunning(component('LISTEN'), context)).toBe('started');
    const first = runningProcess(layout, 'etcd');
    expect(await ensureRunning(component('LISTEN'), context)).toBe('running');
    expect(runningProcess(layout, 'etcd')).toEqual(first);
    expect(said).toEqual([expect.stringMatching(/^etcd: ready after \d+\.\d s$/)]);
  });

  it('starts it again after it was killed', async () => {
    await ensureRunning(component(cleanUpAnd('LISTEN')), context);
    const killed = runningProcess(layout, 'etcd')!;
    await stopProcesses([killed], 0);
    expect(await ensureRunning(component(cleanUpAnd('LISTEN')), context)).toBe('started');
    expect(runningProcess(layout, 'etcd')!.pid).not.toBe(killed.pid);
  });

  it('starts it anew when it, or its program, has changed', async () => {
    await ensureRunning(component(cleanUpAnd('LISTEN')), context);
    expect(await ensureRunning(component(cleanUpAnd('LISTEN; 1')), context)).toBe('started');
    expect(await ensureRunning(component(cleanUpAnd('LISTEN; 1')), { ...context, buildDigest: 'c' })).toBe('started');
    expect(said.filter((line) => line === 'etcd: has changed, restarting it')).toHaveLength(2);
    expect(strayProcesses(layout)).toHaveLength(1);
  });

  it('fails with its last lines when it exits', async () => {
    await expect(
      ensureRunning(component(`console.error('no such flag'); process.exit(3)`), context),
    ).rejects.toMatchObject({
      culprit: 'cluster',
      message: expect.stringMatching(/^etcd exited; its last lines:\n[^]*\| no such flag$/),
    });
  });

  it('fails with the reason when its program is not there', async () => {
    await expect(ensureRunning({ ...component(''), program: '/does/not/exist' }, context)).rejects.toThrow('ENOENT');
  });

  it('fails before it starts when its port is taken, and names the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(ensureRunning(component('LISTEN', [{ host: '127.0.0.1', port }]), context)).rejects.toMatchObject({
      message: `etcd cannot start: another program listens on 127.0.0.1:${port}`,
      next: expect.stringContaining('use any other cluster'),
    });
    expect(strayProcesses(layout)).toEqual([]);
    other.close();
  });

  it('stops waiting when it is aborted', async () => {
    const stop = new AbortController();
    const starting = ensureRunning(component('setInterval(() => {}, 1000)'), { ...context, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(starting).rejects.toThrow('stopped');
  });
});
