import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layoutFor, type Layout } from '../config/layout.js';
import { identify, isAlive, parseStat } from './process-identity.js';
import { anyRecord, removeRecord, runningProcess, writeRecord } from './process-records.js';

const stat = (name: string) => `42 (${name}) S 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 2 3 4`;

describe('process identity', () => {
  it.each(['node', 'a b', 'tricky) R 7 (name'])('the identity is read from the stat of a process named %j', (name) => {
    expect(parseStat(stat(name))).toEqual({ state: 'S', startTicks: '987654' });
  });

  it('only a living process has an identity', async () => {
    const child = spawn('sleep', ['60']);
    const identity = identify(child.pid!)!;
    expect(isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
    expect(identify(child.pid!)).toBeUndefined();
  });

  it('a later process with the same id, or of another boot, has another identity', () => {
    const own = identify(process.pid)!;
    expect(isAlive(own)).toBe(true);
    expect(isAlive({ ...own, startTicks: '1' })).toBe(false);
    expect(isAlive({ ...own, bootId: 'another' })).toBe(false);
  });
});

describe('process records', () => {
  let layout: Layout;
  beforeEach(() => {
    layout = layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: mkdtempSync(join(tmpdir(), 'nx-kube-')) });
  });
  afterEach(() => rmSync(layout.home, { recursive: true }));

  it('a record is returned only while its process lives, never for a process that reuses its id', () => {
    const record = { ...identify(process.pid)!, digest: 'd', startedAt: 1 };
    expect(runningProcess(layout, 'etcd')).toBeUndefined();
    writeRecord(layout, 'etcd', record);
    expect(runningProcess(layout, 'etcd')).toEqual(record);
    writeRecord(layout, 'etcd', { ...record, startTicks: '1' });
    expect(runningProcess(layout, 'etcd')).toBeUndefined();
    expect(anyRecord(layout)).toBe(true);
    removeRecord(layout, 'etcd');
    expect(anyRecord(layout)).toBe(false);
  });
});
