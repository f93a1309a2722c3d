import { isForbidden, isNotFound } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { list } from '../api/objects.js';
import { NxKubeError } from '../errors.js';
import { subject, type KubeObject } from '../object/kube-object.js';
import { parseQuantity } from '../object/quantity.js';

/** A pod that an object creates. */
export interface PodOf {
  /** The object, such as a Deployment, with its namespace. */
  object: KubeObject;
  containers: readonly PodContainer[];
  initContainers?: readonly PodContainer[];
}

interface PodContainer {
  name: string;
  resources?: Record<string, unknown>;
  [key: string]: unknown;
}

type Quantities = Record<string, unknown>;

/**
 * Checks that the quotas of the cluster would ever admit pods: each container sets what a quota counts, and one pod is
 * not more than a quota allows in all. What other pods use now may be free later, so it does not count.
 *
 * @param among objects that are applied with the pods; their quotas and limit ranges count, too
 * @returns one error for each quota and container or pod, none where the identity may not read quotas
 */
export async function checkQuotas(
  cluster: Cluster,
  pods: readonly PodOf[],
  { among = [], signal }: { among?: readonly KubeObject[]; signal?: AbortSignal } = {},
): Promise<NxKubeError[]> {
  const namespaces = [...new Set(pods.map(({ object }) => object.metadata.namespace ?? cluster.namespace))];
  const checked = await Promise.all(
    namespaces.map(async (namespace) => {
      const inIt = ({ metadata }: KubeObject) => (metadata.namespace ?? cluster.namespace) === namespace;
      const own = among.filter(inIt);
      const all = async (kind: string) => {
        const live = await listIfAllowed(cluster, kind, namespace, signal);
        const applied = own.filter((object) => object.kind === kind);
        const names = new Set(applied.map(({ metadata }) => metadata.name));
        return [...applied, ...live.filter(({ metadata }) => !names.has(metadata.name))];
      };
      const quotas = await all('ResourceQuota');
      if (!quotas.length) return [];
      const defaults = defaultsOf(await all('LimitRange'));
      return pods
        .filter(({ object }) => inIt(object))
        .flatMap((pod) => quotas.flatMap((quota) => quotaErrors(pod, quota, defaults)));
    }),
  );
  return checked.flat();
}

async function listIfAllowed(
  cluster: Cluster,
  kind: string,
  namespace: string,
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  try {
    return await list(cluster, { apiVersion: 'v1', kind, namespace, signal });
  } catch (error) {
    // What is only wanted is done without.
    if (isForbidden(error) || isNotFound(error)) return [];
    throw error;
  }
}

/** Resources that a LimitRange fills in: `requests.cpu`. */
function defaultsOf(limitRanges: readonly KubeObject[]): Set<string> {
  const limits = limitRanges.flatMap(({ spec }) => (spec?.limits ?? []) as Record<string, Quantities>[]);
  const keys = (side: string, fields: readonly string[]) =>
    limits.flatMap((limit) =>
      fields.flatMap((field) => Object.keys(limit[field] ?? {}).map((name) => `${side}.${name}`)),
    );
  // A maximum is the default of a limit, and a limit that of a request.
  return new Set([...keys('limits', ['default', 'max']), ...keys('requests', ['defaultRequest', 'default', 'max'])]);
}

/** Errors of one pod under one quota. Quotas with scopes count only some pods, so they are left out. Pure. */
function quotaErrors(pod: PodOf, quota: KubeObject, defaults: ReadonlySet<string>): NxKubeError[] {
  const { hard = {}, scopes, scopeSelector } = (quota['spec'] ?? {}) as Record<string, Quantities>;
  if (scopes || scopeSelector) return [];
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return Object.entries(hard).flatMap(([key, allowed]) => {
    if (key === 'pods' || key === 'count/pods')
      return parseQuantity(allowed) === 0n ? [tooMuch(pod, quota, key, allowed)] : [];
    const resource = /^(cpu|memory|ephemeral-storage)$/.test(key) ? `requests.${key}` : key;
    const [, side, name] = /^(requests|limits)\.(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
    if (!side || !name) return [];
    const amountOf = (container: PodContainer) => amount(container, side, name);
    const without = defaults.has(resource) ? [] : containers.filter((container) => amountOf(container) === undefined);
    // Quotas demand cpu and memory of every container, and count the storage only where it is set.
    if (without.length && name !== 'ephemeral-storage') return [notSet(pod, quota, without, resource)];
    const sum = pod.containers.reduce((total, container) => total + (amountOf(container) ?? 0n), 0n);
    const most = (pod.initContainers ?? []).reduce((max, one) => bigger(max, amountOf(one) ?? 0n), sum);
    return most > (parseQuantity(allowed) ?? most) ? [tooMuch(pod, quota, key, allowed)] : [];
  });
}

/** A request that is not set is the limit. */
function amount({ resources }: PodContainer, side: string, name: string): bigint | undefined {
  const { requests, limits } = (resources ?? {}) as Record<string, Quantities | undefined>;
  return parseQuantity(side === 'limits' ? limits?.[name] : (requests?.[name] ?? limits?.[name]));
}

function bigger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function notSet({ object }: PodOf, quota: KubeObject, without: readonly PodContainer[], resource: string): NxKubeError {
  const [first, ...more] = without.map(({ name }) => `"${name}"`);
  const whose = more.length ? `containers ${[first, ...more].join(', ')} have` : `container ${first} has`;
  return new NxKubeError(
    'configuration',
    `${subject(object)}: ${whose} no ${resource}, which ${subject(quota)} demands.`,
    {
      next: `Set resources.${resource} of each container, for example with the option "patches".`,
    },
  );
}

function tooMuch({ object }: PodOf, quota: KubeObject, key: string, allowed: unknown): NxKubeError {
  return new NxKubeError(
    'configuration',
    `${subject(object)}: one pod is more than ${subject(quota)} allows: ${key} ${String(allowed)}.`,
    {
      next: 'Lower the resources of the containers, or raise the quota.',
    },
  );
}
