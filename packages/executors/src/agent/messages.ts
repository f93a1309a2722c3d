/**
 * The JSON messages of the session protocol (packages/agent/PROTOCOL.md). Durations are in ms, digests are
 * `sha256:<hex>`.
 */

/** A pod's readinessProbe, with named ports resolved to numbers. The agent polls it every 20 ms after a start. */
export type ReadinessProbe =
  | {
      httpGet: {
        port: number;
        /** Default `/`. */
        path?: string;
        /** Default `HTTP`. With `HTTPS` the agent only checks that the port accepts connections. */
        scheme?: 'HTTP' | 'HTTPS';
        /** Default: loopback, then the pod's own addresses. */
        host?: string;
        httpHeaders?: { name: string; value: string }[];
      };
    }
  | { tcpSocket: { port: number; host?: string } };

/** How a process ended: `code` when it exited by itself, `signal` (such as `SIGKILL`) when a signal killed it. */
export interface ProcessExit {
  code?: number;
  signal?: string;
  /** The last lines of stdout and stderr, oldest first. After a panic, they start at the panic. */
  lastLines: string[];
}

export interface RunningBinary {
  /** SHA-256 of the binary of the running process, or of the last one. */
  digest: string;
  size: number;
  /** Id of the running process, or of the last one. */
  pid: number;
  /** `image`: the image's own binary. `live`: the binary delivered to the volume. */
  source: 'image' | 'live';
  /** `waiting`: the pod is new, and the agent waits for the binary to run. */
  state: 'running' | 'stopping' | 'backoff' | 'waiting';
  /** RFC 3339, UTC. */
  startedAt: string;
  /** How the previous process ended; in `backoff`, how this process ended. */
  lastExit?: ProcessExit & { at: string };
  /** Time (ms) from start to the first success of the probe. Absent until then. */
  readyMs?: number;
  /** Why the image's binary runs although the volume holds a delivered one, or no client has asked for it. */
  fallback?: string;
}

export interface AgentHello {
  version: string;
  goos: string;
  goarch: string;
  /** A delivered binary runs under a debugger. The image's own binary does not. */
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
      /** Time (ms) until the next start. Absent when the exit was expected: a new process then starts at once. */
      backoffMs?: number;
      /** The agent stopped the process for a delivery or a restart. */
      expected: boolean;
    } & ProcessExit)
  | { event: 'ready'; pid: number; /** Since the start of the process. */ ms: number };

export interface Delivered {
  pid: number;
  digest: string;
  /** Bytes of the pack that were sent, without framing. */
  bytesSent: number;
  /** Time (ms) from the request to the last byte received, by the agent's clock. */
  transferMs: number;
  /** Time (ms) from the last byte received until the binary was verified and installed. */
  applyMs: number;
  /** Time (ms) from SIGTERM to the end of the old process; 0 when none was running. */
  stopMs: number;
  /** Time (ms) to start the new process, not until it is ready. */
  startMs: number;
}

export interface Restarted {
  pid: number;
  stopMs: number;
  startMs: number;
}
