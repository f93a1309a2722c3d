import { groupOf, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { reconcilerKinds } from '../flux/reconcilers.js';
import { failureOf } from './cluster.js';
import { fail, ok, type Diagnosis } from './diagnosis.js';

/** Something that is done in the cluster, as its authorizer knows it. */
export interface Right {
  verb: string;
  /** Empty for the core group. */
  group: string;
  /** `pods`, `pods/exec`. */
  resource: string;
  /** Absent for what is cluster-scoped. */
  namespace?: string;
}

/** Rights by what they are for. */
export type Rights = Record<string, Right[]>;

export interface RightsTarget {
  /** Where the workload's pods are. */
  namespace: string;
  /** Where the set's parent is. */
  setNamespace: string;
  /** What is applied, as far as the cluster knows its kinds. */
  types: KnownType[];
  /** The project's targets that make Secrets. */
  secrets: readonly SecretsOfTarget[];
  /** What Flux reconciles from, as far as the cluster knows it. */
  reconcilers: KnownType[];
  /** Whether a target of the project installs Flux. */
  installsFlux: boolean;
}

export interface KnownType {
  group: string;
  resource: string;
  /** Absent for what is cluster-scoped, or looked for in all namespaces. */
  namespace?: string;
}

/** Where a target makes Secrets. */
export interface SecretsOfTarget {
  /** Undefined is the context's. */
  namespaces: readonly (string | undefined)[];
  createNamespaces: boolean;
}

/** What the loop does in a cluster; nothing is asked about what the project does not do. Pure. */
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
    // Its own roles allow everything, which only those may give who have it.
    ...(installsFlux && { 'install Flux': rights({ group: '*', resource: '*' }, '*') }),
    observe: [
      ...core('pods', namespace, 'get', 'list', 'watch'),
      ...core('events', namespace, 'list', 'watch'),
      ...rights({ group: 'apps', resource: 'replicasets', namespace }, 'list', 'watch'),
      ...rights({ group: 'coordination.k8s.io', resource: 'leases', namespace }, 'list', 'watch'),
      ...rights({ group: '', resource: 'nodes' }, 'list'),
    ],
    // By verb, a WebSocket is a get to some versions and a create to others.
    exec: core('pods/exec', namespace, 'get', 'create'),
    'port-forward': core('pods/portforward', namespace, 'get', 'create'),
    logs: core('pods/log', namespace, 'get'),
  };
}

function rights(type: KnownType, ...verbs: string[]): Right[] {
  return verbs.map((verb) => ({ verb, ...type }));
}

/** The kinds of objects. Those that the cluster does not know yet come with their CRDs and cannot be asked about. */
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

/** The kinds that Flux reconciles from, in all namespaces; none where there is no Flux. */
export async function reconcilerTypes(cluster: Cluster): Promise<KnownType[]> {
  const found = await Promise.all(
    reconcilerKinds.map(async ({ apiVersion, kind }) => {
      const type = await cluster.discover(apiVersion, kind).catch(() => undefined);
      return type ? [{ group: groupOf(apiVersion), resource: type.resource }] : [];
    }),
  );
  return found.flat();
}

/** Asks the cluster about each right, and names those that are missing. */
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

/** One clause for each resource, with its verbs, as a Role would list them. */
function deniedDiagnosis(check: string, denied: Right[]): Diagnosis {
  const verbs = new Map<string, string[]>();
  for (const { verb, group, resource, namespace } of denied) {
    const name = `${resource}${group ? `.${group}` : ''}${namespace ? ` in ${namespace}` : ''}`;
    verbs.set(name, [...(verbs.get(name) ?? []), verb]);
  }
  const clauses = [...verbs].map(([name, missing]) => `${missing.join(', ')} ${name}`);
  return fail(check, `not allowed: ${clauses.join('; ')}`, 'Ask for a Role or ClusterRole with these rules.');
}
