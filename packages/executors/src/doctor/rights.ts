import { groupOf, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { reconcilerKinds } from '../flux/reconcilers.js';
import { failureOf } from './cluster.js';
import { fail, ok, type Diagnosis } from './diagnosis.js';

/** One action in the cluster, in the terms of its authorizer. */
export interface Right {
  verb: string;
  /** Empty for the core group. */
  group: string;
  /** `pods`, `pods/exec`. */
  resource: string;
  /** Undefined for cluster-scoped resources and for all namespaces. */
  namespace?: string;
}

/** Rights by purpose. */
export type Rights = Record<string, Right[]>;

export interface RightsTarget {
  /** Namespace of the workload's pods. */
  namespace: string;
  /** Namespace of the ApplySet's parent. */
  setNamespace: string;
  /** Applied types that the cluster serves. */
  types: KnownType[];
  /** The project's targets that make Secrets. */
  secrets: readonly SecretsOfTarget[];
  /** Flux's reconcilers that the cluster serves: Kustomization, HelmRelease. */
  reconcilers: KnownType[];
  /** Whether a target of the project installs Flux. */
  installsFlux: boolean;
}

/** A resource that the cluster serves. */
export interface KnownType {
  group: string;
  resource: string;
  /** Undefined for cluster-scoped resources and for all namespaces. */
  namespace?: string;
}

/** Namespaces in which a target makes Secrets. */
export interface SecretsOfTarget {
  /** Undefined stands for the context's namespace. */
  namespaces: readonly (string | undefined)[];
  createNamespaces: boolean;
}

/** Returns the rights that the project's targets need in the cluster, by purpose. Pure. */
export function rightsFor(target: RightsTarget): Rights {
  const { namespace, setNamespace, types, secrets, reconcilers, installsFlux } = target;
  const core = (resource: string, namespace: string, ...verbs: string[]) =>
    rights({ group: '', resource, namespace }, ...verbs);
  const secretNamespaces = new Set(secrets.flatMap(({ namespaces }) => namespaces).map((name) => name ?? setNamespace));
  const secretRights = [
    ...[...secretNamespaces].flatMap((name) => core('secrets', name, 'get', 'list', 'create', 'patch', 'delete')),
    ...(secrets.some(({ createNamespaces }) => createNamespaces)
      ? rights({ group: '', resource: 'namespaces' }, 'get', 'create')
      : []),
  ];
  return {
    apply: [
      ...core('secrets', setNamespace, 'get', 'create', 'patch', 'delete'),
      ...types.flatMap((type) => rights(type, 'get', 'list', 'watch', 'create', 'patch', 'delete')),
    ],
    ...(secretRights.length && { 'make Secrets': secretRights }),
    ...(reconcilers.length && {
      'suspend and resume Flux': reconcilers.flatMap((type) => rights(type, 'get', 'list', 'patch')),
    }),
    // Flux's roles allow everything, and the API server lets a user grant only rights that the user has.
    ...(installsFlux && { 'install Flux': rights({ group: '*', resource: '*' }, '*') }),
    observe: [
      ...core('pods', namespace, 'get', 'list', 'watch'),
      ...core('events', namespace, 'list', 'watch'),
      ...rights({ group: 'apps', resource: 'replicasets', namespace }, 'list', 'watch'),
      ...rights({ group: 'coordination.k8s.io', resource: 'leases', namespace }, 'list', 'watch'),
    ],
    // Some versions of Kubernetes authorize a WebSocket as get, others as create.
    exec: core('pods/exec', namespace, 'get', 'create'),
    'port-forward': core('pods/portforward', namespace, 'get', 'create'),
    logs: core('pods/log', namespace, 'get'),
  };
}

function rights(type: KnownType, ...verbs: string[]): Right[] {
  return verbs.map((verb) => ({ verb, ...type }));
}

/** Returns the types of objects. Skips types that the cluster does not serve yet: their CRDs come with the objects. */
export async function typesOf(cluster: Cluster, objects: readonly KubeObject[]): Promise<KnownType[]> {
  const found = await Promise.all(
    objects.map(async ({ apiVersion, kind, metadata }) => {
      const type = await cluster.discover(apiVersion, kind).catch(() => undefined);
      if (!type) return [];
      const namespace = type.namespaced ? { namespace: metadata.namespace ?? cluster.namespace } : {};
      return [{ group: groupOf(apiVersion), resource: type.resource, ...namespace }];
    }),
  );
  return [...new Map(found.flat().map((type) => [JSON.stringify(type), type])).values()];
}

/** Returns the types of Flux's reconcilers in all namespaces, or none in a cluster without Flux. */
export async function reconcilerTypes(cluster: Cluster): Promise<KnownType[]> {
  const found = await Promise.all(
    reconcilerKinds.map(async ({ apiVersion, kind }) => {
      const type = await cluster.discover(apiVersion, kind).catch(() => undefined);
      return type ? [{ group: groupOf(apiVersion), resource: type.resource }] : [];
    }),
  );
  return found.flat();
}

/** Checks each right with the cluster's authorizer. Returns one diagnosis per purpose, with the missing rights. */
export async function diagnoseRights(cluster: Cluster, rights: Rights, signal?: AbortSignal): Promise<Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const [purpose, wanted] of Object.entries(rights)) {
    const check = `right to ${purpose}`;
    try {
      const answers = await Promise.all(wanted.map((right) => mayI(cluster, right, signal)));
      const denied = wanted.filter((_, i) => !answers[i]);
      diagnoses.push(
        denied.length ? deniedDiagnosis(check, denied) : ok(check, `${wanted.length} of ${wanted.length}`),
      );
    } catch (error) {
      signal?.throwIfAborted();
      diagnoses.push(failureOf(check, error));
    }
  }
  return diagnoses;
}

async function mayI(cluster: Cluster, right: Right, signal?: AbortSignal): Promise<boolean> {
  const { verb, group, namespace } = right;
  const [resource, subresource] = right.resource.split('/');
  const { status } = await cluster.request<{ status?: { allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, group, resource, subresource, namespace } },
    },
    signal,
  });
  return status?.allowed === true;
}

/** Lists the denied verbs by resource, as a Role would. */
function deniedDiagnosis(check: string, denied: Right[]): Diagnosis {
  const verbs = new Map<string, string[]>();
  for (const { verb, group, resource, namespace } of denied) {
    const name = `${resource}${group ? `.${group}` : ''}${namespace ? ` in ${namespace}` : ''}`;
    verbs.set(name, [...(verbs.get(name) ?? []), verb]);
  }
  const clauses = [...verbs].map(([name, missing]) => `${missing.join(', ')} ${name}`);
  return fail(check, `not allowed: ${clauses.join('; ')}`, 'Ask for a Role or ClusterRole with these rules.');
}
