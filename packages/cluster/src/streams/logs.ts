import { ApiError } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { noAnswer } from '../api/status-error.js';
import { lines } from './lines.js';
import { podPath } from './pod-path.js';

export interface LogsOptions {
  namespace: string;
  pod: string;
  container: string;
  /** Default: false. */
  follow?: boolean;
  /** Start time (RFC 3339). */
  sinceTime?: string;
  /** Number of lines from the end to start with. */
  tailLines?: number;
  /** Reads the log of the container's previous run. Default: false. */
  previous?: boolean;
  /** Starts each line with its time (RFC 3339). Default: false. */
  timestamps?: boolean;
  signal?: AbortSignal;
}

/**
 * Reads the lines of a container's log. Leaving the loop ends the request. Aborting ends the request, and the iteration
 * without an error.
 *
 * @throws ApiError
 */
export async function* logs(cluster: Cluster, options: LogsOptions): AsyncGenerator<string, void> {
  const { namespace, pod, signal, ...query } = options;
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod };
  try {
    const body = await cluster.stream(podPath(ref, 'log'), query, { subject: ref, signal });
    try {
      yield* lines(body);
    } finally {
      body.destroy();
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error instanceof ApiError ? error : noAnswer(cluster.server, error);
  }
}
