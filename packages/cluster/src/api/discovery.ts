import { NxKubeError } from '../errors.js';
import { groupOf } from '../object/kube-object.js';
import { ApiError, isNotFound } from './api-error.js';
import type { ResourceType } from './cluster.js';

interface ApiResourceList {
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

type Kinds = ReadonlyMap<string, ResourceType>;

/** Finds kinds that the server serves. Asks group by group and caches the answers. */
export class Discovery {
  readonly #groups = new Map<string, Promise<Kinds>>();

  /** @param get fetches a path of the API server */
  constructor(private readonly get: (path: string) => Promise<unknown>) {}

  /**
   * Finds how the server serves a kind.
   *
   * @throws ApiError (404, reason `UnknownKind`) when the server does not know the kind
   */
  async find(apiVersion: string, kind: string): Promise<ResourceType> {
    const remembered = this.#groups.get(apiVersion);
    const known = (await remembered)?.get(kind);
    if (known) return known;
    // A CRD may have defined the kind since. Parallel misses share one request.
    const current = this.#groups.get(apiVersion);
    const kinds = await (current && current !== remembered ? current : this.#fetch(apiVersion));
    const found = kinds.get(kind);
    if (found) return found;
    throw new ApiError('configuration', `The cluster does not know the kind ${kind} of ${apiVersion}.`, {
      status: 404,
      reason: 'UnknownKind',
      next: 'Apply its CustomResourceDefinition first, or fix apiVersion and kind.',
    });
  }

  /** Drops the cached kinds of a group; the next look-up asks the server again. */
  forget(group: string): void {
    for (const apiVersion of this.#groups.keys()) if (groupOf(apiVersion) === group) this.#groups.delete(apiVersion);
  }

  #fetch(apiVersion: string): Promise<Kinds> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const kinds = this.get(path)
      .then((answer) => kindsOf(answer as ApiResourceList, apiVersion))
      .catch((error: unknown) => {
        // A newer request for the group keeps its entry.
        if (this.#groups.get(apiVersion) === kinds) this.#groups.delete(apiVersion);
        if (isNotFound(error)) return new Map<string, ResourceType>();
        throw error;
      });
    this.#groups.set(apiVersion, kinds);
    return kinds;
  }
}

function kindsOf(list: ApiResourceList, apiVersion: string): Kinds {
  if (!Array.isArray(list?.resources)) {
    throw new NxKubeError('cluster', `The API server's answer for ${apiVersion} is not a list of kinds.`, {
      next: 'Check that the server of the kubeconfig context is a Kubernetes API server.',
    });
  }
  return new Map(
    list.resources
      // A subresource such as `deployments/scale` has its own kind, but no objects of that kind.
      .filter(({ name }) => !name.includes('/'))
      .map(({ kind, name, namespaced, verbs }) => [kind, { resource: name, namespaced, verbs }]),
  );
}
