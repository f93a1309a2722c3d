import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/**
 * Scripted HTTP and WebSocket server in place of an API server, for faults that a real one does not produce on demand.
 * All other behaviour is tested against a real cluster.
 */
export interface FakeApiServer {
  /** Path of a kubeconfig whose only context, local by its name, is this server. */
  readonly kubeconfigPath: string;
  readonly url: string;
  /** `METHOD /path?query` of all requests so far. */
  readonly requests: string[];
  /** Number of TCP connections opened so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export interface FakeApiScript {
  request?: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  /** Called with an accepted WebSocket; it speaks the first protocol that the client asked for. */
  socket?: (socket: WebSocket, request: IncomingMessage) => void;
  /** Called instead of accepting the upgrade. */
  upgrade?: (request: IncomingMessage, socket: Duplex) => void;
}

/**
 * Starts a scripted server.
 *
 * @param port default: 0, a free port
 */
export async function fakeApiServer(script: FakeApiScript, port = 0): Promise<FakeApiServer> {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => script.request?.(request, response, body));
  });
  server.on('connection', () => (connections += 1));
  const sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  });
  server.on('upgrade', (request, socket, head) => {
    requests.push(`UPGRADE ${request.url}`);
    if (script.upgrade) script.upgrade(request, socket);
    else sockets.handleUpgrade(request, socket, head, (accepted) => script.socket?.(accepted, request));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = await mkdtemp(join(tmpdir(), 'nx-kube-fake-'));
  const kubeconfigPath = join(directory, 'config');
  await writeFile(kubeconfigPath, kubeconfigFor(url));
  return {
    kubeconfigPath,
    url,
    requests,
    connections: () => connections,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

/** Writes a kubeconfig with one context, as JSON, which is YAML. */
export function kubeconfigFor(
  server: string,
  {
    context = 'nx-kube-local-fake',
    user = {} as Record<string, unknown>,
    cluster = {} as Record<string, unknown>,
  } = {},
): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    contexts: [{ name: context, context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true, ...cluster } }],
    users: [{ name: 'u', user }],
  });
}

/** Answers a request with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/**
 * Answers discovery of the core kinds that tests use.
 *
 * @returns whether the request was for discovery
 */
export function answerDiscovery(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.url !== '/api/v1') return false;
  const kinds = { Pod: 'pods', ConfigMap: 'configmaps', Secret: 'secrets', Event: 'events', Node: 'nodes' };
  answer(response, 200, {
    kind: 'APIResourceList',
    resources: Object.entries(kinds).map(([kind, name]) => ({
      kind,
      name,
      namespaced: true,
      verbs: ['list', 'watch'],
    })),
  });
  return true;
}
