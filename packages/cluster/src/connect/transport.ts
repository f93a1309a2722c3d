import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { WebSocket } from 'ws';
import type { ApiRequest, Query } from '../api/cluster.js';
import { apiErrorOf, noAnswer } from '../api/status-error.js';
import type { Ref } from '../object/kube-object.js';
import type { Credentials } from './credentials.js';

const connectTimeoutMs = 10_000;
/** As much of an error's body as is read. */
const longestErrorBody = 64 * 1024;

/** Connections to one API server under one set of TLS options. Replaced as a whole when those change. */
export interface Transport {
  readonly connectionKey: string;
  request(request: ApiRequest, headers: Credentials['headers']): Promise<unknown>;
  stream(request: StreamRequest, headers: Credentials['headers']): Promise<Readable>;
  socket(request: SocketRequest, headers: Credentials['headers']): Promise<WebSocket>;
  /** Lets what is under way end, and resolves then. Nothing new may be sent. */
  retire(): Promise<void>;
  /** Ends everything at once. */
  close(): Promise<void>;
}

export interface StreamRequest {
  path: string;
  query?: Query;
  subject?: Ref;
  idleTimeoutMs?: number;
  signal?: AbortSignal;
}

export interface SocketRequest {
  path: string;
  query: Query;
  protocols: string[];
  subject?: Ref;
  signal?: AbortSignal;
}

export function openTransport({ server, tls, connectionKey }: Credentials): Transport {
  // Connections are not limited in number here: watches and logs hold theirs for hours, and others must not queue behind them.
  const agent = new Agent({ connect: { ...tls, timeout: connectTimeoutMs }, keepAliveTimeout: 30_000 });
  const sockets = new Set<WebSocket>();

  async function send(
    { method, path, query, body, contentType = 'application/json', signal }: ApiRequest,
    headers: Credentials['headers'],
    timeouts: { headersTimeout: number; bodyTimeout: number },
  ): Promise<Dispatcher.ResponseData> {
    const hasBody = body !== undefined;
    try {
      return await request(urlOf(server, path, query), {
        dispatcher: agent,
        method,
        headers: { accept: 'application/json', ...headers, ...(hasBody && { 'content-type': contentType }) },
        body: hasBody ? JSON.stringify(body) : undefined,
        signal,
        ...timeouts,
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : noAnswer(server, error);
    }
  }

  return {
    connectionKey,

    async request(call, headers) {
      const timeout = call.timeoutMs ?? 60_000;
      const answer = await send(call, headers, { headersTimeout: timeout, bodyTimeout: timeout });
      if (answer.statusCode >= 400) throw await errorOf(answer, call);
      try {
        const text = await answer.body.text();
        return text === '' ? undefined : (JSON.parse(text) as unknown);
      } catch (error) {
        throw call.signal?.aborted ? call.signal.reason : noAnswer(server, error);
      }
    },

    async stream({ path, query, subject, idleTimeoutMs = 0, signal }, headers) {
      const call: ApiRequest = { method: 'GET', path, query, subject, signal };
      const answer = await send(call, headers, { headersTimeout: 60_000, bodyTimeout: idleTimeoutMs });
      if (answer.statusCode >= 400) throw await errorOf(answer, call);
      // Whoever reads gets the error from the iteration; destroying the stream unread must not end the process.
      answer.body.on('error', () => {});
      return answer.body;
    },

    socket({ path, query, protocols, subject, signal }, headers) {
      signal?.throwIfAborted();
      const url = urlOf(server, path, query);
      url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
      const socket = new WebSocket(url, protocols, {
        ...tls,
        headers,
        handshakeTimeout: connectTimeoutMs,
        perMessageDeflate: false,
        skipUTF8Validation: true,
      });
      sockets.add(socket);
      const abort = () => socket.terminate();
      signal?.addEventListener('abort', abort, { once: true });
      socket.once('close', () => {
        sockets.delete(socket);
        signal?.removeEventListener('abort', abort);
      });
      // stays for the socket's life: an 'error' event without a listener ends the process
      socket.on('error', () => {});
      return new Promise<WebSocket>((resolve, reject) => {
        socket.once('open', () => {
          // or what the server says first would be gone before the caller listens
          socket.pause();
          resolve(socket);
        });
        socket.once('unexpected-response', (_request, response) => {
          const { statusCode = 0, headers: answered } = response;
          readBeginning(response).then(
            (body) => {
              reject(
                apiErrorOf(
                  { status: statusCode, body, retryAfter: answered['retry-after'] },
                  { method: 'GET', path, subject },
                ),
              );
              socket.terminate();
            },
            (error: unknown) => reject(noAnswer(server, error)),
          );
        });
        socket.once('error', (error) => reject(signal?.aborted ? signal.reason : noAnswer(server, error)));
      });
    },

    async retire() {
      await Promise.all([agent.close(), ...[...sockets].map(closing)]);
    },

    async close() {
      for (const socket of sockets) socket.terminate();
      await agent.destroy();
    },
  };
}

function closing(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}

async function errorOf(answer: Dispatcher.ResponseData, call: ApiRequest): Promise<Error> {
  const body = await readBeginning(answer.body).catch(() => '');
  const retryAfter = answer.headers['retry-after'];
  return apiErrorOf({ status: answer.statusCode, body, retryAfter: retryAfter?.toString() }, call);
}

async function readBeginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestErrorBody) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, longestErrorBody);
}

/** The server's URL may have a path of its own, as behind a proxy. */
function urlOf(server: string, path: string, query: Query = {}): URL {
  const url = new URL(server.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (one !== undefined) url.searchParams.append(name, String(one));
    }
  }
  return url;
}
