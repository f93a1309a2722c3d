import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Cluster } from '../api/cluster.js';
import { retry } from '../api/retry.js';
import { NxKubeError } from '../errors.js';
import { failureIsABug, inBackground } from '../in-background.js';
import { FrameWriter } from './frame-writer.js';
import { watchLiveness } from './liveness.js';
import { podPath } from './pod-path.js';

export interface PortForwardOptions {
  namespace: string;
  /** Name of the pod, or a function that finds the current pod; called for each TCP connection. */
  pod: string | (() => Promise<string>);
  /** Port in the pod. */
  port: number;
  /** Port on this machine. Default: 0, a free port. */
  localPort?: number;
  /** Loopback address to listen on. Default: `127.0.0.1`. */
  host?: '127.0.0.1' | '::1';
  /** Called when the state changes. */
  onState?: (state: PortForwardState) => void;
  /** Called with the client's port when a TCP connection has reached the pod. The pod may still refuse it. */
  onReached?: (clientPort: number) => void;
  /**
   * Pause (ms) between pings of a connection to the pod. The connection is dead when nothing arrives for three pauses.
   * Default: 20,000.
   */
  pingMs?: number;
  signal?: AbortSignal;
}

/** `failing`: the last TCP connection did not reach the pod; new ones are still accepted and tried. */
export type PortForwardState = { state: 'ready' } | { state: 'failing'; message: string } | { state: 'closed' };

export interface PortForward {
  readonly host: string;
  readonly localPort: number;
  readonly state: PortForwardState;
  /** Stops listening and cuts open connections. Idempotent. */
  close(): Promise<void>;
}

/** Silence (ms) after which a half-closed connection is dropped. Until then its client still gets answers. */
const halfOpenPatienceMs = 30_000;
const channels = { data: 0, error: 1 } as const;
/**
 * The kubelet ends with 1000; 1005 is a close frame without a code. A broken connection has another code, mostly 1006.
 */
const normalEnds = [1000, 1005];

/**
 * Forwards TCP connections from a loopback port to a port of a pod, each over its own WebSocket.
 *
 * @throws NxKubeError ('configuration') when the local port is taken
 */
export async function portForward(cluster: Cluster, options: PortForwardOptions): Promise<PortForward> {
  const { host = '127.0.0.1', localPort = 0, onState, signal } = options;
  signal?.throwIfAborted();
  let state: PortForwardState = { state: 'ready' };
  const setState = (next: PortForwardState) => {
    if (state.state === 'closed' || JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    onState?.(next);
  };
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    // A client that disconnects abruptly is no failure of the forward.
    client.on('error', () => client.destroy());
    openToPod(cluster, options)
      .then((remote) => {
        options.onReached?.(client.remotePort ?? 0);
        carry(client, remote, options.pingMs ?? 20_000, setState);
      })
      .catch((error: unknown) => {
        setState({ state: 'failing', message: error instanceof Error ? error.message : String(error) });
        client.resetAndDestroy();
      });
  });
  await listen(server, host, localPort);

  const close = async () => {
    setState({ state: 'closed' });
    signal?.removeEventListener('abort', abort);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const client of clients) client.destroy();
    await closed;
  };
  const abort = () => inBackground(close(), failureIsABug);
  signal?.addEventListener('abort', abort, { once: true });
  return {
    host,
    localPort: (server.address() as AddressInfo).port,
    get state() {
      return state;
    },
    close,
  };
}

async function openToPod(cluster: Cluster, { namespace, pod, port, signal }: PortForwardOptions): Promise<WebSocket> {
  const name = typeof pod === 'string' ? pod : await pod();
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name };
  const options = { protocols: ['v4.channel.k8s.io'], subject: ref, signal };
  const open = () => cluster.socket(podPath(ref, 'portforward'), { ports: port }, options);
  return await retry(open, { forMs: 3_000, signal });
}

/** Joins a client and a pod's socket until both have ended. Pauses each side while the other is slow. */
function carry(client: Socket, remote: WebSocket, pingMs: number, setState: (state: PortForwardState) => void): void {
  if (client.destroyed) return remote.terminate();
  const writer = new FrameWriter(remote, channels.data);
  const fail = (message: string) => {
    // A connection that the client dropped has not failed.
    if (client.destroyed) return;
    setState({ state: 'failing', message });
    // A reset, because a plain end would look like a complete (or empty) answer.
    client.resetAndDestroy();
  };
  const liveness = watchLiveness(remote, pingMs, () => {
    fail('the connection to the pod went silent');
    remote.terminate();
  });
  // The first frame of each channel repeats the port.
  const greeted = new Set<number>();

  remote.on('message', (frame: Buffer) => {
    const channel = frame[0]!;
    if (!greeted.has(channel)) return void greeted.add(channel);
    const payload = frame.subarray(1);
    if (payload.length === 0) return;
    if (channel === channels.error) return fail(payload.toString().trim().slice(0, 500));
    setState({ state: 'ready' });
    if (client.destroyed || client.write(payload)) return;
    liveness.hold();
    remote.pause();
    client.once('drain', () => {
      liveness.release();
      remote.resume();
    });
  });
  // 'error' is always followed by 'close'.
  remote.once('close', (code: number) => {
    if (normalEnds.includes(code)) client.end(() => client.destroy());
    else fail(`the connection to the pod was cut off: WebSocket code ${code}`);
  });

  client.on('data', (chunk: Buffer) => {
    client.pause();
    inBackground(
      writer.write(chunk).then(() => client.resume()),
      failureIsABug,
    );
  });
  client.once('end', () => {
    // This protocol cannot signal a half-close. The answer may still be on its way.
    client.setTimeout(halfOpenPatienceMs, () => client.destroy());
  });
  client.once('close', () => remote.terminate());
  remote.resume();
  client.resume();
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        new NxKubeError('configuration', `Port ${port} on ${host} cannot be listened on: ${error.code}.`, {
          next: taken ? 'Stop the program that uses it, or choose another local port.' : 'Choose another local port.',
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
