import {
  answer,
  fakeApiServer,
  type FakeApiScript,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { failureIsABug, inBackground } from '../in-background.js';
import { exec, type ExecStream } from './exec.js';

let server: FakeApiServer | undefined;
let cluster: Cluster | undefined;

afterEach(async () => {
  await cluster?.close();
  await server?.close();
});

async function start(script: FakeApiScript, pingMs = 5_000): Promise<ExecStream> {
  server = await fakeApiServer(script);
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  return await exec(cluster, { namespace: 'n', pod: 'p', container: 'c', command: ['/x', 'a b'], pingMs });
}

function frame(channel: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
}

function pong(socket: WebSocket): void {
  socket.on('ping', (data: Buffer) => socket.pong(data));
}

describe('exec (against a scripted server)', () => {
  it('exec passes the command word by word, and asks for version 5 of the protocol first', async () => {
    let protocols: string | undefined;
    const stream = await start({
      socket: (_socket, request) => (protocols = request.headers['sec-websocket-protocol']),
    });
    expect(server!.requests).toEqual([
      'UPGRADE /api/v1/namespaces/n/pods/p/exec?container=c&command=%2Fx&command=a+b&stdin=true&stdout=true&stderr=true',
    ]);
    expect(protocols).toBe('v5.channel.k8s.io,v4.channel.k8s.io');
    inBackground(stream.close(), failureIsABug);
  });

  it('exec ends with an error when its socket is dropped, and so do its writers', async () => {
    const stream = await start({ socket: (socket) => setTimeout(() => socket.terminate(), 20) });
    for await (const chunk of stream.stdout) expect(chunk).toBeUndefined();
    const { error, exitCode } = await stream.closed;
    expect(exitCode).toBeUndefined();
    expect(error?.message).toMatch(/^The connection to a process in Pod\/n\/p \(container c\) was cut off: /);
    await expect(stream.write(Buffer.from('x'))).rejects.toBe(error);
  });

  it('exec detects a silent socket by its pings', async () => {
    const stream = await start({ socket: () => {} }, 20);
    const { error } = await stream.closed;
    expect(error?.message).toMatch(/nothing was heard for/);
  });

  it('exec stays open while pings are answered', async () => {
    const stream = await start({ socket: pong }, 10);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await stream.close();
    expect(await stream.closed).toEqual({});
  });

  it('exec pauses writers while the process does not read, and releases them when the socket dies', async () => {
    let accepted: WebSocket | undefined;
    const stream = await start({
      socket: (socket) => {
        accepted = socket;
        socket.pause();
      },
    });
    let written = 0;
    const writing = (async () => {
      for (;;) {
        await stream.write(Buffer.alloc(1024 * 1024));
        written += 1;
      }
    })();
    const outcome = expect(writing).rejects.toThrow(/cut off/);
    // Until no more bytes are accepted.
    for (let before = -1; before !== written;) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(written).toBeLessThan(32);
    accepted!.terminate();
    await outcome;
  });

  it('exec sends frames of at most 64 KiB', async () => {
    const lengths: number[] = [];
    let whole: () => void;
    const received = new Promise<void>((resolve) => (whole = resolve));
    const stream = await start({
      socket: (socket) =>
        socket.on('message', (data: Buffer) => {
          lengths.push(data.length);
          if (lengths.reduce((sum, length) => sum + length - 1, 0) === 200_000) whole();
        }),
    });
    await stream.write(Buffer.alloc(200_000));
    await received;
    expect(lengths).toEqual([65_536, 65_536, 65_536, 200_000 - 3 * 65_535 + 1]);
    inBackground(stream.close(), failureIsABug);
  });

  it.each<[string, string, object]>([
    ['success', '{"status":"Success"}', { exitCode: 0 }],
    [
      'an exit code',
      '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}',
      { exitCode: 7 },
    ],
  ])('exec ends with %s', async (_what, text, end) => {
    const stream = await start({
      socket: (socket) => {
        socket.send(frame(1, 'out'));
        socket.send(frame(3, text));
        socket.close(1000);
      },
    });
    const chunks: string[] = [];
    for await (const chunk of stream.stdout) chunks.push(Buffer.from(chunk).toString());
    expect(chunks).toEqual(['out']);
    expect(await stream.closed).toEqual(end);
  });

  it.each([
    [
      '{"status":"Failure","reason":"InternalError","message":"container not running"}',
      /could not be run: container not running/,
    ],
    ['what is this', /failed: what is this/],
  ])('the error for a process that cannot run says why: %s', async (text, message) => {
    const stream = await start({
      socket: (socket) => {
        socket.send(frame(3, text));
        socket.close(1000);
      },
    });
    expect((await stream.closed).error?.message).toMatch(message);
  });

  it('exec keeps the last 8 KiB of stderr', async () => {
    const stream = await start({
      socket: (socket) => {
        for (let i = 0; i < 20; i++) socket.send(frame(2, `${String(i).padStart(4, '0')}`.repeat(256)));
        socket.close(1000);
      },
    });
    await stream.closed;
    expect(stream.stderr()).toHaveLength(8192);
    expect(stream.stderr().endsWith('0019')).toBe(true);
  });

  it('a refused exec is an ApiError with the server’s reason', async () => {
    const refused = start({
      upgrade: (_request, socket) => {
        const body = JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'pods "p" is forbidden' });
        socket.end(
          `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        );
      },
    });
    await expect(refused).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('pods "p" is forbidden') as string,
    });
  });

  it('exec fails when its handshake is cut off', async () => {
    await expect(start({ upgrade: (_request, socket) => socket.destroy() })).rejects.toMatchObject({ status: 0 });
  });

  it('exec ends soon after close() even if the server does not answer', async () => {
    const stream = await start({ socket: (socket) => socket.pause() });
    const started = performance.now();
    await stream.close();
    await stream.close();
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(await stream.closed).toEqual({});
  });
});

describe('exec', () => {
  it('exec refuses a server that answers without an upgrade', async () => {
    server = await fakeApiServer({ request: (_request, response) => answer(response, 200, {}) });
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    const path = '/api/v1/x';
    await expect(cluster.socket(path, {}, { protocols: [], signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});
