import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { isReady } from './probe.js';

describe('isReady', () => {
  it.each([
    [200, true],
    [503, false],
    [302, false],
  ])('an HTTP probe with response status %i returns %s', async (status, expected) => {
    const server = createHttpServer((_, response) => response.writeHead(status).end('body')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`;
    expect(await isReady({ kind: 'http', url }, '/none')).toBe(expected);
    server.close();
    expect(await isReady({ kind: 'http', url }, '/none')).toBe(false);
  });

  it('an HTTP probe without its client certificate returns false', async () => {
    expect(await isReady({ kind: 'http', url: 'https://127.0.0.1:1/', client: 'admin' }, '/none')).toBe(false);
  });

  it('an HTTP probe without a response returns false, even after a garbage collection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`;
    const connection = once(server, 'connection');
    const ready = isReady({ kind: 'http', url }, '/none', new AbortController().signal);
    await connection;
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(await ready).toBe(false);
    server.close();
  });

  it('a socket or TCP probe returns whether something listens', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nx-kube-'));
    const socket = { kind: 'socket', path: join(folder, 'a.sock') } as const;
    expect(await isReady(socket, '/none')).toBe(false);
    const onSocket = createServer().listen(socket.path);
    const onPort = createServer().listen(0, '127.0.0.1');
    await Promise.all([once(onSocket, 'listening'), once(onPort, 'listening')]);
    const port = { kind: 'tcp', host: '127.0.0.1', port: (onPort.address() as AddressInfo).port } as const;
    expect(await isReady(socket, '/none')).toBe(true);
    expect(await isReady(port, '/none')).toBe(true);
    onPort.close();
    onSocket.close();
    await once(onPort, 'close');
    expect(await isReady(port, '/none')).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
