import { ApiError } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { read } from '../api/objects.js';
import { locate } from '../api/paths.js';
import { retry, type RetryOptions } from '../api/retry.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { fieldsFromKubectl } from './from-kubectl.js';

/**
 * Makes us the manager of what kubectl applied before: coming from `kubectl apply` is the normal case. Fields that the
 * manifest leaves out would stay with kubectl otherwise.
 *
 * @param options.dryRun only says whose fields would be taken over
 * @returns the live object afterwards, undefined if it is gone; and the managers of kubectl whose fields we have now
 */
export async function takeOverFromKubectl(
  cluster: Cluster,
  ref: Ref,
  live: KubeObject,
  options: RetryOptions & { fieldManager: string; dryRun?: boolean },
): Promise<{ live?: KubeObject; takenOver?: string[] }> {
  const { fieldManager, dryRun, signal } = options;
  const taken = fieldsFromKubectl(live, fieldManager);
  if (!taken) return { live };
  const takenOver = taken.managers;
  if (dryRun) return { live, takenOver };
  const { path } = await locate(cluster, ref, signal);
  try {
    const patched = await retry(
      () =>
        cluster.request<KubeObject>({
          ...{ method: 'PATCH', path, subject: ref, signal },
          query: { fieldManager },
          contentType: 'application/json-patch+json',
          body: [
            { op: 'replace', path: '/metadata/managedFields', value: taken.managedFields },
            // The server refuses the patch if the object has changed since.
            { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
          ],
        }),
      options,
    );
    return { live: patched, takenOver };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 409) throw error;
    const now = await retry(() => read(cluster, ref, { signal }), options);
    return now
      ? { takenOver, ...(await takeOverFromKubectl(cluster, ref, now, options)) }
      : { live: undefined, takenOver };
  }
}
