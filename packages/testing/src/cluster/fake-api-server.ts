import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/**
 * A scripted HTTP and WebSocket server in the place of an API server, for faults that a real one cannot be made to have
 * at will. Everything else is tested against a real cluster.
 */
export interface FakeApiServer {
  /** A kubeconfig whose only context, local by its name, is this server. */
  readonly kubeconfigPath: string;
  readonly url: string;
  /** `METHOD /path?query` of all requests so far. */
  readonly requests: string[];
  /** The number of TCP connections opened so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export interface FakeApiScript {
  request?: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  /** Called with an accepted WebSocket; the first protocol asked for is spoken. */
  socket?: (socket: WebSocket, request: IncomingMessage) => void;
  /** Called instead of accepting. */
  upgrade?: (request: IncomingMessage, socket: Duplex) => void;
}

/** @param port default: 0, a free one */
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

/** The text of a kubeconfig with one context; JSON is YAML. */
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

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers discovery of core kinds that tests use; returns whether it did. */
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
