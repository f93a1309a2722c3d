import { ApiError } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { read } from '../api/objects.js';
import { locate } from '../api/paths.js';
import { retry, type RetryOptions } from '../api/retry.js';
import type { KubeObject, ManagedFieldsEntry, Ref } from '../object/kube-object.js';
import type { Conflict } from './failures.js';
import { fieldsFromKubectl } from './from-kubectl.js';
import { withFieldsTaken } from './taken-out.js';

export interface TakeOverOptions extends RetryOptions {
  fieldManager: string;
  /** Only says whose fields would be taken over. */
  dryRun?: boolean;
}

/**
 * Makes us the manager of fields that others own and that an apply leaves out. They would stay otherwise.
 *
 * @returns the live object afterwards, undefined if it is gone
 */
export async function takeOverFields(
  cluster: Cluster,
  ref: Ref,
  live: KubeObject,
  fields: readonly Conflict[],
  options: TakeOverOptions,
): Promise<KubeObject | undefined> {
  if (!fields.length || options.dryRun) return live;
  const managed = (object: KubeObject) => withFieldsTaken(object, fields, options.fieldManager);
  return await writeManagedFields(cluster, ref, live, managed, options);
}

/**
 * Makes us the manager of what kubectl applied before: coming from `kubectl apply` is the normal case. Fields that the
 * manifest leaves out would stay with kubectl otherwise.
 *
 * @returns the live object afterwards, undefined if it is gone; and the managers of kubectl whose fields we have now
 */
export async function takeOverFromKubectl(
  cluster: Cluster,
  ref: Ref,
  live: KubeObject,
  options: TakeOverOptions,
): Promise<{ live?: KubeObject; takenOver?: string[] }> {
  const taken = fieldsFromKubectl(live, options.fieldManager);
  if (!taken) return { live };
  const takenOver = taken.managers;
  if (options.dryRun) return { live, takenOver };
  const managed = (object: KubeObject) => fieldsFromKubectl(object, options.fieldManager)?.managedFields;
  return { live: await writeManagedFields(cluster, ref, live, managed, options), takenOver };
}

/** @param managed the managed fields that an object gets; undefined leaves them as they are */
async function writeManagedFields(
  cluster: Cluster,
  ref: Ref,
  live: KubeObject,
  managed: (object: KubeObject) => ManagedFieldsEntry[] | undefined,
  options: TakeOverOptions,
): Promise<KubeObject | undefined> {
  const { fieldManager, signal } = options;
  const { path } = await locate(cluster, ref, signal);
  for (let object: KubeObject | undefined = live; object;) {
    const managedFields = managed(object);
    if (!managedFields) return object;
    const body = [
      { op: 'replace', path: '/metadata/managedFields', value: managedFields },
      // The server refuses the patch if the object has changed since.
      { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
    ];
    try {
      const contentType = 'application/json-patch+json';
      const request = {
        method: 'PATCH',
        path,
        subject: ref,
        signal,
        query: { fieldManager },
        contentType,
        body,
      } as const;
      return await retry(() => cluster.request<KubeObject>(request), options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error;
      object = await retry(() => read(cluster, ref, { signal }), options);
    }
  }
  return undefined;
}
