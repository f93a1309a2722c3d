import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Layout } from '../config/layout.js';

/**
 * Holds the cluster's lock until the returned function is called or the process ends, however it ends: the lock is a socket
 * name in the kernel, so there is no stale lock to break. Waits for its holder by staying connected to it, and calls
 * `onWait` once if it has to.
 */
export async function acquireLock(layout: Layout, signal: AbortSignal, onWait: () => void): Promise<() => void> {
  const name = `\0nx-kube-local-cluster-${createHash('sha256').update(layout.home).digest('hex').slice(0, 32)}`;
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    const waiting = new Set<Socket>();
    const server = createServer((socket) => {
      waiting.add(socket);
      // One that gives up waiting.
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
    if (!told) onWait();
    told = true;
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
    // An error (refused, reset) means that the holder has just gone, too.
    socket
      .on('error', () => {})
      .on('close', () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    socket.resume();
  });
}
