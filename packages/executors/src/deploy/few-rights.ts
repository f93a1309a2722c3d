import { localRegistryHosting, nodePlatforms, type Cluster, type Platform, isForbidden } from '@nx-kube/cluster';
import type { DeployOptions } from './deploy-options.js';

/** What is known of a cluster besides its objects. A user with few rights sees less of it. */
export interface Surroundings {
  /** Platform of most nodes. */
  platform?: Platform;
  /** What this user may not see, and what is done without it; undefined if nothing is missing. */
  warning?: string;
}

/**
 * Looks at the nodes and at the announced registry. Neither is needed: the user may have rights in one namespace only.
 *
 * @throws ApiError except for missing rights
 */
export async function lookAround(
  cluster: Cluster,
  { registry }: Pick<DeployOptions, 'registry'>,
  { goarch, signal }: { /** The option of go-build. */ goarch?: string; signal?: AbortSignal } = {},
): Promise<Surroundings> {
  const [platforms, announced] = await Promise.all([
    unlessForbidden(nodePlatforms(cluster, { signal })),
    registry === undefined ? unlessForbidden(localRegistryHosting(cluster, { signal })) : undefined,
  ]);
  const missing = [
    ...(platforms === forbidden && goarch === undefined
      ? [
          'list nodes: the binary is built for the platform of this machine, unless "goarch" of go-build names another one',
        ]
      : []),
    ...(announced === forbidden
      ? [
          'read ConfigMap/kube-public/local-registry-hosting: no announced registry is used; "registry" of kustomize-apply names one',
        ]
      : []),
  ];
  return {
    ...(platforms !== forbidden && platforms[0] && { platform: platforms[0] }),
    ...(missing.length && { warning: `Your user may not ${missing.join(', and may not ')}.` }),
  };
}

const forbidden = Symbol('forbidden');

/** Replaces the refusal for a user without the right. */
async function unlessForbidden<T>(looked: Promise<T>): Promise<T | typeof forbidden> {
  try {
    return await looked;
  } catch (error) {
    if (isForbidden(error)) return forbidden;
    throw error;
  }
}
