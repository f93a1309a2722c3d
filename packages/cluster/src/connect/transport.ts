import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import type { WebSocket } from 'ws';
import type { ApiRequest, Query } from '../api/cluster.js';
import { noAnswer } from '../api/status-error.js';
import type { Ref } from '../object/kube-object.js';
import type { Credentials } from './credentials.js';
import { errorOf } from './error-answer.js';
import { openSocket, type SocketRequest } from './open-socket.js';
import { connectTimeoutMs, urlOf } from './server-url.js';

/** Connections to one API server under one set of TLS options. Replaced as a whole when those change. */
export interface Transport {
  readonly connectionKey: string;
  request(request: ApiRequest, headers: Credentials['headers']): Promise<unknown>;
  stream(request: StreamRequest, headers: Credentials['headers']): Promise<Readable>;
  socket(request: SocketRequest, headers: Credentials['headers']): Promise<WebSocket>;
  /** Refuses new requests. Resolves when running requests have ended. */
  retire(): Promise<void>;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

export interface StreamRequest {
  path: string;
  query?: Query;
  subject?: Ref;
  idleTimeoutMs?: number;
  signal?: AbortSignal;
}

export function openTransport({ server, tls, connectionKey }: Credentials): Transport {
  // The number of connections is unlimited: watches and logs hold theirs for hours, and other requests must not queue.
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
      // The reader gets the error from its iteration. An unread stream's 'error' event must not end the process.
      answer.body.on('error', () => {});
      return answer.body;
    },

    socket: (call, headers) => openSocket({ server, tls, headers }, call, sockets),

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
