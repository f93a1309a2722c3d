import type { WebSocket } from 'ws';

export interface Liveness {
  /** Suspends the check: while this side does not read, silence means nothing. */
  hold(): void;
  release(): void;
}

/**
 * Pings a socket, and calls `onDead` once when nothing has arrived for three pings. Ends with the socket.
 *
 * A server that forwards data answers pings only as fast as the process reads. A process that leaves more than the
 * buffers' worth of its stdin unread for that time looks dead; one that has ended with unread stdin often is.
 *
 * @param pingMs pause between pings in ms
 */
export function watchLiveness(socket: WebSocket, pingMs: number, onDead: (silentMs: number) => void): Liveness {
  let heardAt = Date.now();
  // Counts ticks, not time: while this process was suspended or busy, it could not hear anything.
  let silentTicks = 0;
  let held = false;
  const heard = () => {
    heardAt = Date.now();
    silentTicks = 0;
  };
  socket.on('message', heard).on('pong', heard).on('ping', heard);
  const timer = setInterval(() => {
    if (held) return;
    silentTicks += 1;
    if (silentTicks >= 3) {
      clearInterval(timer);
      onDead(Date.now() - heardAt);
    } else if (socket.readyState === socket.OPEN) socket.ping();
  }, pingMs).unref();
  socket.once('close', () => clearInterval(timer));
  return {
    hold: () => (held = true),
    release() {
      held = false;
      heard();
    },
  };
}
