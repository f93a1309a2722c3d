import { WebSocket } from 'ws';
import type { Query } from '../api/cluster.js';
import { apiErrorOf, noAnswer } from '../api/status-error.js';
import type { Ref } from '../object/kube-object.js';
import type { Credentials } from './credentials.js';
import { readBeginning } from './error-answer.js';
import { connectTimeoutMs, urlOf } from './server-url.js';

export interface SocketRequest {
  path: string;
  query: Query;
  protocols: string[];
  subject?: Ref;
  signal?: AbortSignal;
}

/**
 * Opens a WebSocket to the server, paused, so that no message is lost before the caller listens.
 *
 * @param open registry of open sockets; holds this one until it closes
 * @throws ApiError if the server refuses it or does not answer; the signal's reason
 */
export function openSocket(
  { server, tls, headers }: Pick<Credentials, 'server' | 'tls' | 'headers'>,
  { path, query, protocols, subject, signal }: SocketRequest,
  open: Set<WebSocket>,
): Promise<WebSocket> {
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
  open.add(socket);
  const abort = () => socket.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  socket.once('close', () => {
    open.delete(socket);
    signal?.removeEventListener('abort', abort);
  });
  // Stays for the socket's life: an 'error' event without a listener ends the process
  socket.on('error', () => {});
  return new Promise<WebSocket>((resolve, reject) => {
    socket.once('open', () => {
      // Otherwise the server's first frames would be lost before the caller listens.
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
}
