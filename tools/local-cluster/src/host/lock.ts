import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Layout } from '../config/layout.js';

/**
 * Acquires the cluster's lock. The lock is held until the returned function is called or the process ends in any way:
 * it is a socket name in the kernel, so it can never be stale. A caller waits by staying connected to the holder, and
 * calls `onWait` once if it must wait.
 */
export async function acquireLock(layout: Layout, signal: AbortSignal, onWait: () => void): Promise<() => void> {
  const name = `\0nx-kube-local-cluster-${createHash('sha256').update(layout.home).digest('hex').slice(0, 32)}`;
  let hasWaited = false;
  for (;;) {
    signal.throwIfAborted();
    const waiting = new Set<Socket>();
    const server = createServer((socket) => {
      waiting.add(socket);
      // A caller that gives up waiting closes its connection.
      socket.on('error', () => {}).on('close', () => waiting.delete(socket));
    });
    try {
      server.listen(name);
      await once(server, 'listening', { signal });
      server.unref();
      return () => {
        server.close();
        for (const socket of waiting) socket.destroy();
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
    if (!hasWaited) onWait();
    hasWaited = true;
    await holderGone(name, signal);
  }
}

function holderGone(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(name);
    const abort = () => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    // An error (refused, reset) also means that the holder has just gone.
    socket
      .on('error', () => {})
      .on('close', () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    socket.resume();
  });
}
