/** The JSON of the session protocol (packages/agent/PROTOCOL.md). Durations are milliseconds, digests `sha256:<hex>`. */

/** A pod's readinessProbe, with named ports resolved to numbers. The agent polls it every 20 ms after a start. */
export type ReadinessProbe =
  | {
      httpGet: {
        port: number;
        /** Default `/`. */
        path?: string;
        /** Default `HTTP`. With `HTTPS` it is only checked that something listens. */
        scheme?: 'HTTP' | 'HTTPS';
        /** Default: loopback, then the pod's own addresses. */
        host?: string;
        httpHeaders?: { name: string; value: string }[];
      };
    }
  | { tcpSocket: { port: number; host?: string } };

/** How a process ended: `code` when it exited by itself, `signal` (such as `SIGKILL`) when it was killed. */
export interface ProcessExit {
  code?: number;
  signal?: string;
  /** The last lines it wrote to stdout and stderr, oldest first; they start at the panic if there was one. */
  lastLines: string[];
}

export interface RunningBinary {
  /** SHA-256 of the binary that is, or was last, running. */
  digest: string;
  size: number;
  /** The process that is, or was last, running. */
  pid: number;
  /** The image's own binary, or the one delivered to the volume. */
  source: 'image' | 'live';
  state: 'running' | 'stopping' | 'backoff';
  /** RFC 3339, UTC. */
  startedAt: string;
  /** How the process before this one ended (in `backoff`: this one). */
  lastExit?: ProcessExit & { at: string };
  /** How long it took to be ready by the probe; absent while it is not known to be. */
  readyMs?: number;
  /** Why the image's binary runs although the volume holds a live one. */
  fallback?: string;
}

export interface AgentHello {
  version: string;
  goos: string;
  goarch: string;
  /** What is delivered runs under a debugger; the image's own binary does not. */
  debugs?: boolean;
  running: RunningBinary;
}

export type AgentEvent =
  | {
      event: 'started';
      pid: number;
      source: 'image' | 'live';
      reason: 'start' | 'delivery' | 'restart' | 'backoff';
      /** RFC 3339, UTC. */
      startedAt: string;
      fallback?: string;
    }
  | ({
      event: 'exited';
      pid: number;
      /** Until the next start; absent when the exit was expected, as a new process is started at once. */
      backoffMs?: number;
      /** Stopped for a delivery or a restart. */
      expected: boolean;
    } & ProcessExit)
  | { event: 'ready'; pid: number; /** Since the process was started. */ ms: number };

export interface Delivered {
  pid: number;
  digest: string;
  /** Bytes of the pack sent, without framing. */
  bytesSent: number;
  /** From the request to the last byte received, by the agent's clock. */
  transferMs: number;
  /** From the last byte received to the binary verified and installed. */
  applyMs: number;
  /** From SIGTERM to the old process's end; 0 when none was running. */
  stopMs: number;
  /** To start the new process (not until it is ready). */
  startMs: number;
}

export interface Restarted {
  pid: number;
  stopMs: number;
  startMs: number;
}
