import type { GroupVersionKind } from '../object/kube-object.js';
import { isNotFound } from './api-error.js';
import type { Cluster } from './cluster.js';

interface ApiGroup {
  preferredVersion: { groupVersion: string };
  versions: { groupVersion: string }[];
}

/**
 * Resolves a kind given as `Kind.group`.
 *
 * @returns the version to ask for; undefined if the server does not serve the kind (any more)
 */
export async function resolveGroupKind(
  cluster: Cluster,
  groupKind: string,
  signal?: AbortSignal,
): Promise<GroupVersionKind | undefined> {
  const dot = groupKind.indexOf('.');
  const [kind, group] = dot < 0 ? [groupKind, ''] : [groupKind.slice(0, dot), groupKind.slice(dot + 1)];
  for (const apiVersion of await versionsOf(cluster, group, signal)) {
    try {
      await cluster.discover(apiVersion, kind, signal);
      return { apiVersion, kind };
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return undefined;
}

async function versionsOf(cluster: Cluster, group: string, signal?: AbortSignal): Promise<string[]> {
  if (group === '') return ['v1'];
  try {
    const { preferredVersion, versions } = await cluster.request<ApiGroup>({
      method: 'GET',
      path: `/apis/${group}`,
      signal,
    });
    return [...new Set([preferredVersion.groupVersion, ...versions.map(({ groupVersion }) => groupVersion)])];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
