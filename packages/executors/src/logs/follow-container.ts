import { waitUntil } from '@nx-kube/cluster';
import { isNotFound, isTransient, logs, read, retry, type Cluster } from '@nx-kube/cluster';

/** A container whose log is read. */
export interface LogSource {
  namespace: string;
  pod: string;
  container: string;
  /** Runtime id of the container's run. Default: the present run. */
  id?: string;
}

/** Time (ms) after which the end of a container shows in the status of its pod. */
const statusWithinMs = 1500;

/** The fields of a container's status that are read here. */
export interface ContainerStatus {
  name: string;
  containerID?: string;
  state?: { running?: object; terminated?: object };
}

export interface FollowOptions {
  /** Time (RFC 3339) of the first line to return. Default: all lines. */
  sinceTime?: string;
  /** Number of existing lines to return, the newest ones. Default: all. */
  tailLines?: number;
  /** Whether to wait for further lines. Default: true. */
  follow?: boolean;
  signal: AbortSignal;
}

/**
 * Returns the lines of a container's log until this run of the container ends. After a broken connection it resumes at
 * the last line. The API accepts whole seconds only, so lines up to the last one are skipped by their time.
 *
 * A restarted kubelet ends a log as if the container had ended. So the end counts only when the container no longer
 * runs.
 *
 * @throws ApiError that is not transient
 */
export async function* followContainer(
  cluster: Cluster,
  source: LogSource,
  { sinceTime, tailLines, follow = true, signal }: FollowOptions,
): AsyncGenerator<string, void> {
  const { namespace, pod, container } = source;
  /** Time of the last line, and the number of lines with this time. */
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
      // Wait until the server answers, then request the log again.
      await retry(() => cluster.request({ method: 'GET', path: '/version', signal }), {
        forMs: Number.MAX_SAFE_INTEGER,
        signal,
      }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }
}

/** Whether the run continues after its log has ended. */
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
