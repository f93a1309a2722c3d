import type { WebSocket } from 'ws';

export interface Liveness {
  /** While reading is held back by us, silence says nothing. */
  hold(): void;
  release(): void;
}

/**
 * Pings a socket, and calls `onDead` once when nothing at all has arrived for three of them. Ends with the socket.
 *
 * A server that hands on what it reads answers pings only as fast as that is taken: a process that leaves more than the
 * buffers' worth of its stdin unread for so long looks dead, and one that has ended unread often is.
 */
export function watchLiveness(socket: WebSocket, pingMs: number, onDead: (silentMs: number) => void): Liveness {
  let heardAt = Date.now();
  // Counted in ticks and not in time: a process that was suspended, or busy, has heard nothing either.
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
