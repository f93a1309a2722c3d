import { nodePlatforms, type Cluster, type Platform, isForbidden } from '@nx-kube/cluster';
import { failureOf } from './cluster.js';
import { fail, ok, warn, type Diagnosis } from './diagnosis.js';

const check = 'nodes';

/** Checks whether the cluster's nodes can run the binary and the agent. See `nodesDiagnosis` for `goarch`. */
export async function diagnoseNodes(
  cluster: Cluster,
  goarch: string | undefined,
  signal?: AbortSignal,
): Promise<Diagnosis> {
  try {
    return nodesDiagnosis(await nodePlatforms(cluster, { signal }), goarch);
  } catch (error) {
    signal?.throwIfAborted();
    if (isForbidden(error)) {
      const message = `you may not list nodes: the binary is built for linux/${goarch ?? 'the architecture of this machine'}`;
      return warn(check, message, 'Set "goarch" of go-build if the nodes have another architecture.');
    }
    return failureOf(check, error);
  }
}

/**
 * Checks whether the nodes can run the binary and the agent. Pure.
 *
 * @param platforms platforms of the nodes, the most frequent first
 * @param goarch the option of go-build; undefined builds for the most frequent platform
 */
export function nodesDiagnosis(platforms: readonly Platform[], goarch: string | undefined): Diagnosis {
  const listed = platforms.map(({ os, architecture }) => `${os}/${architecture}`).join(', ');
  const [first] = platforms;
  if (!first) return fail(check, 'the cluster has no nodes', 'Add a node to the cluster.');
  const built = goarch ?? first.architecture;
  const for_ = `the binary is built for linux/${built}`;
  const running = platforms.filter(({ os, architecture }) => os === 'linux' && architecture === built);
  if (!running.length) {
    const next = goarch ? `Set "goarch" of go-build to ${first.architecture}, or remove it.` : 'Use linux nodes.';
    return fail(check, `${listed}, but ${for_}`, next);
  }
  if (!['amd64', 'arm64'].includes(built)) {
    return fail(check, `${listed}: the agent supports linux/amd64 and linux/arm64 only`, 'Use other nodes.');
  }
  if (running.length < platforms.length) {
    return warn(
      check,
      `${listed}; ${for_}`,
      `Give the workload the node selector kubernetes.io/arch: ${built}, so that no pod starts on another platform.`,
    );
  }
  return ok(check, `${listed}; ${for_}`);
}
