import { retry, type Cluster, type Ref } from '@nx-kube/cluster';

/**
 * Asks the server in a dry run, admission included, whether an object of a core kind may be created. Writes nothing.
 * With `generateName` the server checks the content even if an object with the same name exists.
 *
 * @param about the object in messages
 * @throws ApiError if the server would refuse the object
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
