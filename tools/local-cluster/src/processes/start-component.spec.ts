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

/** A component that is a Node script and is ready when it listens on its socket. */
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

describe('ensureRunning', () => {
  it('a component is started once and left alone while it is ready', async () => {
    expect(await ensureRunning(component('LISTEN'), context)).toBe('started');
    const first = runningProcess(layout, 'etcd');
    expect(await ensureRunning(component('LISTEN'), context)).toBe('running');
    expect(runningProcess(layout, 'etcd')).toEqual(first);
    expect(said).toEqual([expect.stringMatching(/^etcd is ready after \d+\.\d s\.$/)]);
  });

  it('a killed component is started again', async () => {
    await ensureRunning(component(cleanUpAnd('LISTEN')), context);
    const killed = runningProcess(layout, 'etcd')!;
    await stopProcesses([killed], 0);
    expect(await ensureRunning(component(cleanUpAnd('LISTEN')), context)).toBe('started');
    expect(runningProcess(layout, 'etcd')!.pid).not.toBe(killed.pid);
  });

  it('a component is restarted when its description or program changes', async () => {
    await ensureRunning(component(cleanUpAnd('LISTEN')), context);
    expect(await ensureRunning(component(cleanUpAnd('LISTEN; 1')), context)).toBe('started');
    expect(await ensureRunning(component(cleanUpAnd('LISTEN; 1')), { ...context, buildDigest: 'c' })).toBe('started');
    expect(said.filter((line) => line === 'etcd has changed: restarting it.')).toHaveLength(2);
    expect(strayProcesses(layout)).toHaveLength(1);
  });

  it("a start fails with the component's last lines when the component exits", async () => {
    await expect(
      ensureRunning(component(`console.error('no such flag'); process.exit(3)`), context),
    ).rejects.toMatchObject({
      culprit: 'cluster',
      message: expect.stringMatching(/^etcd exited; its last lines:\n[^]*\| no such flag$/),
    });
  });

  it('a start fails with the reason when the program does not exist', async () => {
    await expect(ensureRunning({ ...component(''), program: '/does/not/exist' }, context)).rejects.toThrow('ENOENT');
  });

  it('a start fails with the port, before the component starts, when a port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(ensureRunning(component('LISTEN', [{ host: '127.0.0.1', port }]), context)).rejects.toMatchObject({
      message: `etcd cannot start: another program listens on 127.0.0.1:${port}.`,
      next: expect.stringContaining('use any other cluster'),
    });
    expect(strayProcesses(layout)).toEqual([]);
    other.close();
  });

  it('the wait ends when its signal is aborted', async () => {
    const stop = new AbortController();
    const starting = ensureRunning(component('setInterval(() => {}, 1000)'), { ...context, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(starting).rejects.toThrow('stopped');
  });
});
