import { once } from 'node:events';
import { connect as dial, createServer, type Socket } from 'node:net';
import { fakeApiServer, type FakeApiScript, type FakeApiServer } from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { portForward, type PortForward, type PortForwardOptions, type PortForwardState } from './port-forward.js';

let server: FakeApiServer;
let cluster: Cluster;
let forward: PortForward;
let states: PortForwardState[];

afterEach(async () => {
  await forward?.close();
  await cluster?.close();
  await server?.close();
});

async function start(script: FakeApiScript, options: Partial<PortForwardOptions> = {}): Promise<void> {
  states = [];
  server = await fakeApiServer(script);
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  forward = await portForward(cluster, {
    namespace: 'n',
    pod: 'p',
    port: 8080,
    onState: (state) => states.push(state),
    ...options,
  });
}

/** Pod's side of one connection: greets as the kubelet does, then calls `handle`. */
function pod(handle: (socket: WebSocket, send: (text: string, channel?: number) => void) => void) {
  return (socket: WebSocket) => {
    const send = (text: string, channel = 0) => socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
    socket.on('ping', (data: Buffer) => socket.pong(data));
    for (const channel of [0, 1]) socket.send(Buffer.from([channel, 8080 & 255, 8080 >> 8]));
    handle(socket, send);
  };
}

const echo = pod((socket, send) => socket.on('message', (data: Buffer) => send(data.subarray(1).toString())));

async function client(): Promise<Socket> {
  const socket = dial({ port: forward.localPort, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Waits until the far side has ended, cleanly or not. */
async function ended(socket: Socket): Promise<void> {
  const end = new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()));
  socket.resume();
  await end;
  socket.destroy();
}

async function read(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) text += String(((await once(socket, 'data')) as [Buffer])[0]);
  return text;
}

describe('portForward (to a scripted server)', () => {
  it('each TCP connection uses its own WebSocket', async () => {
    await start({ socket: echo });
    const [a, b] = [await client(), await client()];
    a.write('aaa');
    b.write('bb');
    expect([await read(a, 3), await read(b, 2)]).toEqual(['aaa', 'bb']);
    expect(server.requests).toEqual(Array(2).fill('UPGRADE /api/v1/namespaces/n/pods/p/portforward?ports=8080'));
    a.destroy();
    b.destroy();
  });

  it('each TCP connection asks for the current pod', async () => {
    let n = 0;
    await start({ socket: echo }, { pod: async () => `p-${++n}` });
    for (const name of ['p-1', 'p-2']) {
      const socket = await client();
      socket.write('x');
      await read(socket, 1);
      socket.destroy();
      expect(server.requests.at(-1)).toContain(`/pods/${name}/`);
    }
  });

  it('a client that has ended its side still gets the answer', async () => {
    await start({
      socket: pod((socket, send) =>
        socket.on('message', () =>
          setTimeout(() => {
            send('late answer');
            socket.close();
          }, 50),
        ),
      ),
    });
    const socket = await client();
    socket.end('question');
    expect(await read(socket, 11)).toBe('late answer');
    await ended(socket);
  });

  it('the client’s connection ends with the pod’s', async () => {
    // As the kubelet does.
    await start({ socket: pod((socket, send) => (send('bye'), socket.close(1000))) });
    const socket = await client();
    expect(await read(socket, 3)).toBe('bye');
    await ended(socket);
  });

  it('a port-forward outlives a client that resets in the middle of a transfer', async () => {
    await start({
      socket: pod((socket, send) => {
        const timer = setInterval(() => send('x'.repeat(60_000)), 1);
        socket.on('close', () => clearInterval(timer));
      }),
    });
    const socket = await client();
    await once(socket, 'data');
    socket.resetAndDestroy();
    const next = await client();
    await once(next, 'data');
    next.destroy();
  });

  it('a dropped socket is not the end of an answer, and the state recovers with the next connection', async () => {
    let n = 0;
    await start({ socket: (socket) => (++n === 1 ? socket.terminate() : echo(socket)) });
    const first = await client();
    const reset = once(first, 'error');
    await ended(first);
    expect(await reset).toMatchObject([{ code: 'ECONNRESET' }]);
    const message = 'the connection to the pod was cut off: WebSocket code 1006';
    expect(forward.state).toEqual({ state: 'failing', message });
    const second = await client();
    second.write('x');
    expect(await read(second, 1)).toBe('x');
    expect(forward.state).toEqual({ state: 'ready' });
    second.destroy();
  });

  it('a port-forward reports that the port in the pod is closed, and that it works again', async () => {
    let n = 0;
    await start({
      socket: pod((socket, send) => {
        if (++n === 1) send('error forwarding port 8080: connection refused', 1);
        else socket.on('message', () => send('works'));
      }),
    });
    const first = await client();
    await ended(first);
    expect(forward.state).toEqual({ state: 'failing', message: 'error forwarding port 8080: connection refused' });
    const second = await client();
    second.write('x');
    await read(second, 5);
    expect(states.map(({ state }) => state)).toEqual(['failing', 'ready']);
    second.destroy();
  });

  it('a port-forward detects a silent connection to the pod', async () => {
    await start({ socket: (socket) => void socket.send(Buffer.from([0, 1, 1])) }, { pingMs: 20 });
    const socket = await client();
    await ended(socket);
    expect(forward.state).toEqual({ state: 'failing', message: 'the connection to the pod went silent' });
    expect(states).toHaveLength(1);
  });

  it('a port-forward reports no failure when the client leaves', async () => {
    let gone: Promise<unknown> | undefined;
    await start({ socket: pod((socket, send) => ((gone = once(socket, 'close')), send('hello'))) });
    const socket = await client();
    await read(socket, 5);
    socket.resetAndDestroy();
    await gone;
    expect(states).toEqual([]);
  });

  it('a port-forward reports why it has no pod', async () => {
    await start({ socket: echo }, { pod: () => Promise.reject(new Error('no pod is ready')) });
    // The server may reset the socket before it reports the connection.
    const socket = dial({ port: forward.localPort, host: '127.0.0.1' }).on('error', () => {});
    await ended(socket);
    expect(forward.state).toEqual({ state: 'failing', message: 'no pod is ready' });
  });

  it('a port-forward pauses the pod while the client does not read', async () => {
    let sent = 0;
    await start({
      socket: pod((socket) => {
        const chunk = Buffer.alloc(60_000);
        const pump = () => socket.send(chunk, () => ((sent += chunk.length), sent < 200e6 && pump()));
        pump();
      }),
    });
    const socket = await client();
    socket.pause();
    for (let before = -1; before !== sent;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(sent).toBeLessThan(50e6);
    socket.destroy();
  });

  it('closing a port-forward cuts its connections and frees its port, once', async () => {
    await start({ socket: echo });
    const socket = await client();
    socket.write('x');
    await read(socket, 1);
    await Promise.all([forward.close(), ended(socket)]);
    await forward.close();
    expect(states).toEqual([{ state: 'closed' }]);
    const listener = createServer().listen(forward.localPort, '127.0.0.1');
    await once(listener, 'listening');
    listener.close();
  });

  it('an abort closes a port-forward', async () => {
    const abort = new AbortController();
    await start({ socket: echo }, { signal: abort.signal });
    abort.abort();
    expect(forward.state).toEqual({ state: 'closed' });
  });

  it('a port-forward to a port that is taken fails with the next step', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(start({}, { localPort: port })).rejects.toMatchObject({
      culprit: 'configuration',
      message: `Port ${port} on 127.0.0.1 cannot be listened on: EADDRINUSE.`,
      next: 'Stop the program that uses it, or choose another local port.',
    });
    taken.close();
  });
});
