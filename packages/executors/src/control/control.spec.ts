import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { NxKubeError } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askLoop } from './client.js';
import type { ControlRequest, LoopStatus } from './messages.js';
import { serveControl } from './server.js';
import { socketPath } from './socket-path.js';

const status: LoopStatus = { project: 'p', context: 'c', healthy: true, targets: [], forwards: [], pods: [] };

let folder: string;
let path: string;
let stop: AbortController;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'control-'));
  path = join(folder, 'loop.sock');
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('the control socket', () => {
  it('a request reaches the loop, and its answer comes back', async () => {
    const requests: ControlRequest[] = [];
    await serveControl(path, (request) => (requests.push(request), status), stop.signal);
    expect(await askLoop(path, 'p', { verb: 'pause', targets: ['go-build'] })).toEqual(status);
    expect(requests).toEqual([{ verb: 'pause', targets: ['go-build'] }]);
  });

  it('only the same user can open the socket', async () => {
    await serveControl(path, () => status, stop.signal);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    vi.stubEnv('TMPDIR', folder);
    const own = await socketPath('/w', 'p');
    expect((await stat(join(own, '..'))).mode & 0o777).toBe(0o700);
    expect(await socketPath('/w', 'q')).not.toBe(own);
  });

  it('a refusal arrives with its next step', async () => {
    const refuse = () => {
      throw new NxKubeError('configuration', 'there is no target "x"', { next: 'Use one of a, b.' });
    };
    await serveControl(path, refuse, stop.signal);
    await expect(askLoop(path, 'p', { verb: 'status' })).rejects.toMatchObject({
      message: 'there is no target "x".',
      next: 'Use one of a, b.',
    });
  });

  it('a malformed request gets a message, and the next one is answered', async () => {
    await serveControl(path, () => status, stop.signal);
    const socket = createConnection(path);
    socket.write('nonsense\n');
    expect(JSON.parse(await text(socket))).toEqual({ ok: false, message: 'the request is not JSON' });
    expect(await askLoop(path, 'p', { verb: 'status' })).toEqual(status);
  });

  it('a missing loop is reported, also where a killed one left its socket', async () => {
    await expect(askLoop(path, 'p', { verb: 'status' })).rejects.toThrow('No dev of p is running');
    await writeFile(path, '');
    await expect(askLoop(path, 'p', { verb: 'status' })).rejects.toThrow('No dev of p is running');
    await serveControl(path, () => status, stop.signal);
    expect(await askLoop(path, 'p', { verb: 'status' })).toEqual(status);
  });

  it('a second loop of the same project is refused', async () => {
    await serveControl(path, () => status, stop.signal);
    await expect(serveControl(path, () => status, stop.signal)).rejects.toThrow(
      'Another dev of this project is running',
    );
  });

  it('the socket is removed when the loop ends', async () => {
    await serveControl(path, () => status, stop.signal);
    stop.abort();
    await vi.waitFor(() => expect(stat(path)).rejects.toThrow('ENOENT'));
  });
});
