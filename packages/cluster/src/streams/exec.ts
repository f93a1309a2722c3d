import type { WebSocket } from 'ws';
import type { Cluster } from '../api/cluster.js';
import { NxKubeError } from '../errors.js';
import { subject } from '../object/kube-object.js';
import { ByteQueue } from './byte-queue.js';
import { FrameWriter } from './frame-writer.js';
import { watchLiveness } from './liveness.js';
import { podPath } from './pod-path.js';

export interface ExecOptions {
  namespace: string;
  pod: string;
  container: string;
  /** Program and arguments; there is no shell. */
  command: readonly string[];
  /**
   * Pause (ms) between pings. The socket counts as dead when nothing arrives for three pauses, even if the cause is a
   * process that leaves megabytes of its stdin unread. Default: 5,000.
   */
  pingMs?: number;
  signal?: AbortSignal;
}

/** End of an exec. */
export interface ExecEnd {
  /** Present if the process ended and the server reported its exit code. */
  exitCode?: number;
  /** Present if the connection failed, or the process could not start. Absent after `close()` and after an abort. */
  error?: NxKubeError;
}

/** Standard streams of a process in a container. */
export interface ExecStream {
  /**
   * Sends bytes to stdin; resolves when there is room for more.
   *
   * @throws NxKubeError once the stream is closed
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Bytes of stdout, for one reader; ends when the stream closes. Unread bytes pause the process. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** The last 8 KiB of stderr so far. */
  stderr(): string;
  /** Resolves when the exec has ended; never rejects. */
  readonly closed: Promise<ExecEnd>;
  /** Closes the connection; the process then sees the end of its stdin. Idempotent. */
  close(): Promise<void>;
}

/** Channels of `channel.k8s.io`: the first byte of each frame. 255 exists since v5 and closes another channel. */
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const;

const v5 = 'v5.channel.k8s.io';
const longestStderr = 8 * 1024;
const mostUnread = 1024 * 1024;
const closeGraceMs = 2_000;

/**
 * Starts a process in a container. Resolves when the server has accepted the connection.
 *
 * @throws ApiError when the server refuses it (no such pod or container, forbidden)
 */
export async function exec(cluster: Cluster, options: ExecOptions): Promise<ExecStream> {
  const { namespace, pod, container, command, pingMs = 5_000, signal } = options;
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod };
  const query = { container, command: [...command], stdin: true, stdout: true, stderr: true };
  // Servers before 1.30 speak v4. It cannot signal the end of stdin, which this module does not need.
  const protocols = [v5, 'v4.channel.k8s.io'];
  const socket = await cluster.socket(podPath(ref, 'exec'), query, { protocols, subject: ref, signal });
  const name = `${subject(ref)} (container ${container})`;
  return execStream(socket, { name, pingMs, signal });
}

function execStream(
  socket: WebSocket,
  { name, pingMs, signal }: { name: string; pingMs: number; signal?: AbortSignal },
): ExecStream {
  let end: ExecEnd | undefined;
  let stderr = Buffer.alloc(0);
  const writer = new FrameWriter(socket, channels.stdin);
  const liveness = watchLiveness(socket, pingMs, (silentMs) => {
    const seconds = Math.round(silentMs / 1000);
    end ??= { error: cutOff(name, `nothing was heard for ${seconds} s`) };
    socket.terminate();
  });
  const stdout = new ByteQueue(
    mostUnread,
    () => {
      liveness.hold();
      socket.pause();
    },
    () => {
      liveness.release();
      socket.resume();
    },
  );

  socket.on('message', (data: Buffer) => {
    const payload = data.subarray(1);
    if (data[0] === channels.stdout && payload.length > 0) stdout.push(payload);
    else if (data[0] === channels.stderr) stderr = Buffer.concat([stderr, payload]).subarray(-longestStderr);
    else if (data[0] === channels.error && payload.length > 0) end ??= endOf(payload.toString(), name);
  });
  let failure: string | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => (failure = error.code ?? error.message));
  const closed = new Promise<ExecEnd>((resolve) => {
    socket.once('close', (code: number) => {
      stdout.end();
      end ??= signal?.aborted ? {} : { error: cutOff(name, failure ?? `WebSocket code ${code}`) };
      resolve(end);
    });
  });
  socket.resume();

  return {
    stdout,
    stderr: () => stderr.toString(),
    closed,
    async write(chunk) {
      if (await writer.write(chunk)) return;
      const { error } = await closed;
      throw error ?? new NxKubeError('cluster', `The process in ${name} has ended: nothing reads its stdin.`);
    },
    async close() {
      end ??= {};
      if (socket.readyState === socket.OPEN) {
        if (socket.protocol === v5) socket.send(Buffer.from([channels.close, channels.stdin]));
        socket.close(1000);
      }
      // Unread stdout would hide the server's close frame.
      socket.resume();
      const grace = setTimeout(() => socket.terminate(), closeGraceMs);
      await closed;
      clearTimeout(grace);
    },
  };
}

function cutOff(name: string, how: string): NxKubeError {
  return new NxKubeError('cluster', `The connection to a process in ${name} was cut off: ${how}.`, {
    next: 'Connect again once the pod and the API server answer.',
  });
}

/** Reads the end of an exec from the `Status` on the error channel. */
function endOf(text: string, name: string): ExecEnd {
  let status: {
    status?: string;
    reason?: string;
    message?: string;
    details?: { causes?: { reason?: string; message?: string }[] };
  };
  try {
    status = JSON.parse(text) as typeof status;
  } catch {
    return { error: new NxKubeError('cluster', `The process in ${name} failed: ${text.slice(0, 500)}`) };
  }
  if (status.status === 'Success') return { exitCode: 0 };
  const exitCode = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(exitCode)) return { exitCode };
  return {
    error: new NxKubeError(
      'cluster',
      `The process in ${name} could not be run: ${status.message ?? status.reason ?? ''}`,
      {
        next: 'Check that the container runs and has the program.',
      },
    ),
  };
}
