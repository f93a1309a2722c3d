import { retry, type Cluster, type Ref } from '@nx-kube/cluster';

/**
 * Has the server check, admission included, what creating an object of a core kind would do. Writes nothing. With `generateName` the
 * content is checked, whatever there is already under the object's own name.
 *
 * @param about how messages name the object
 * @throws ApiError when the server would refuse
 */
export async function dryRunCreate(
  cluster: Cluster,
  object: {
    kind: 'Namespace' | 'Secret';
    metadata: { name?: string; generateName?: string; namespace?: string };
  },
  about: Ref,
  { signal }: { signal?: AbortSignal },
): Promise<void> {
  const { namespace } = object.metadata;
  const within = namespace === undefined ? '' : `namespaces/${encodeURIComponent(namespace)}/`;
  const create = () =>
    cluster.request({
      method: 'POST',
      path: `/api/v1/${within}${object.kind.toLowerCase()}s`,
      query: { dryRun: 'All', fieldManager: 'nx-kube', fieldValidation: 'Strict' },
      body: { apiVersion: 'v1', ...object },
      subject: about,
      signal,
    });
  await retry(create, { signal });
}
