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
  /** RFC 3339. */
  sinceTime?: string;
  /** Lines from the end to start with. */
  tailLines?: number;
  /** Of the container's previous run. Default: false. */
  previous?: boolean;
  /** Start each line with its RFC 3339 time. Default: false. */
  timestamps?: boolean;
  signal?: AbortSignal;
}

/**
 * The lines of a container's log. Leaving the loop ends the request; aborting ends it, and the iteration without an error.
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
