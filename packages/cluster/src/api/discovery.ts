import { NxKubeError } from '../errors.js';
import { groupOf } from '../object/kube-object.js';
import { ApiError, isNotFound } from './api-error.js';
import type { ResourceType } from './cluster.js';

interface ApiResourceList {
  resources: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

type Kinds = ReadonlyMap<string, ResourceType>;

/** Which kinds the server serves, asked for group by group and remembered. */
export class Discovery {
  readonly #groups = new Map<string, Promise<Kinds>>();

  /** @param get fetches a path of the API server */
  constructor(private readonly get: (path: string) => Promise<unknown>) {}

  /** @throws ApiError (404, reason `UnknownKind`) */
  async find(apiVersion: string, kind: string): Promise<ResourceType> {
    const remembered = this.#groups.get(apiVersion);
    const known = (await remembered)?.get(kind);
    if (known) return known;
    // A miss may be a kind that was defined since. Those who miss together ask together.
    const current = this.#groups.get(apiVersion);
    const kinds = await (current && current !== remembered ? current : this.#fetch(apiVersion));
    const found = kinds.get(kind);
    if (found) return found;
    throw new ApiError('configuration', `The cluster does not know the kind ${kind} of ${apiVersion}.`, {
      status: 404,
      reason: 'UnknownKind',
      next: 'Apply its CustomResourceDefinition first, or mend apiVersion and kind.',
    });
  }

  /** Asks anew for the kinds of a group when they are needed next. */
  forget(group: string): void {
    for (const apiVersion of this.#groups.keys()) if (groupOf(apiVersion) === group) this.#groups.delete(apiVersion);
  }

  #fetch(apiVersion: string): Promise<Kinds> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const kinds = this.get(path)
      .then((answer) => kindsOf(answer as ApiResourceList, apiVersion))
      .catch((error: unknown) => {
        // what was asked for since stays
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
    throw new NxKubeError('cluster', `The API server's list of kinds of ${apiVersion} is not one.`, {
      next: 'Is the server of the kubeconfig context a Kubernetes API server?',
    });
  }
  return new Map(
    list.resources
      // `deployments/scale` has a kind of its own but is not where objects of that kind are
      .filter(({ name }) => !name.includes('/'))
      .map(({ kind, name, namespaced, verbs }) => [kind, { resource: name, namespaced, verbs }]),
  );
}
