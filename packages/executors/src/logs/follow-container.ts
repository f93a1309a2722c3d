import { waitUntil } from '@nx-kube/cluster';
import { isNotFound, isTransient, logs, read, retry, type Cluster } from '@nx-kube/cluster';

/** One run of one container. */
export interface LogSource {
  namespace: string;
  pod: string;
  container: string;
  /** The runtime's id of the run. Default: that of the moment. */
  id?: string;
}

/** The end of a container shows in its pod's status after so long, in ms. */
const statusWithinMs = 1500;

/** What is read of a pod's status. */
export interface ContainerStatus {
  name: string;
  containerID?: string;
  state?: { running?: object; terminated?: object };
}

export interface FollowOptions {
  /** RFC 3339: only lines from then on. Default: all. */
  sinceTime?: string;
  /** Only so many lines of what is there already. Default: all. */
  tailLines?: number;
  /** Wait for more. Default: true. */
  follow?: boolean;
  signal: AbortSignal;
}

/**
 * The lines of a container's log until this run of it ends. When the connection is cut it goes on where it was: the API takes
 * whole seconds only, so lines up to the last one seen are skipped by their time. A kubelet that is restarted ends a log as if the
 * container had ended, so the end is only believed where the container runs no more.
 *
 * @throws ApiError that does not pass by itself
 */
export async function* followContainer(
  cluster: Cluster,
  source: LogSource,
  { sinceTime, tailLines, follow = true, signal }: FollowOptions,
): AsyncGenerator<string, void> {
  const { namespace, pod, container } = source;
  /** Time of the last line seen, and how many lines have just that time. */
  let seen = { at: '', count: 0 };
  for (;;) {
    const resumed = seen.at !== '';
    let skip = seen.count;
    const from = resumed ? { sinceTime: seen.at } : { sinceTime, tailLines };
    try {
      for await (const line of logs(cluster, {
        namespace,
        pod,
        container,
        ...from,
        follow,
        timestamps: true,
        signal,
      })) {
        const space = line.indexOf(' ');
        const at = line.slice(0, space < 0 ? line.length : space);
        if (resumed && at < seen.at) continue;
        if (resumed && at === seen.at && skip > 0) {
          skip -= 1;
          continue;
        }
        seen = at === seen.at ? { at, count: seen.count + 1 } : { at, count: 1 };
        yield space < 0 ? '' : line.slice(space + 1);
      }
      if (!follow || signal.aborted || !(await stillRuns(cluster, source, signal))) return;
    } catch (error) {
      if (signal.aborted || isNotFound(error)) return;
      if (!isTransient(error)) throw error;
      // Resolves once the server answers; the log is then asked for again.
      await retry(() => cluster.request({ method: 'GET', path: '/version', signal }), {
        forMs: Number.MAX_SAFE_INTEGER,
        signal,
      }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }
}

/** Whether the run whose log has ended goes on all the same. */
async function stillRuns(
  cluster: Cluster,
  { namespace, pod, container, id }: LogSource,
  signal: AbortSignal,
): Promise<boolean> {
  await waitUntil(signal, { ms: statusWithinMs });
  if (signal.aborted) return false;
  const found = await read(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, name: pod }, { signal });
  const statuses = (found?.['status']?.containerStatuses ?? []) as ContainerStatus[];
  return statuses.some(
    ({ name, containerID, state }) => name === container && (!id || containerID === id) && state?.running,
  );
}
