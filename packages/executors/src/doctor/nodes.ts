import { nodePlatforms, type Cluster, type Platform } from '@nx-kube/cluster';
import { failureOf } from './cluster.js';
import { fail, ok, warn, type Diagnosis } from './diagnosis.js';

const check = 'nodes';

export async function diagnoseNodes(
  cluster: Cluster,
  goarch: string | undefined,
  signal?: AbortSignal,
): Promise<Diagnosis> {
  try {
    return nodesDiagnosis(await nodePlatforms(cluster, { signal }), goarch);
  } catch (error) {
    signal?.throwIfAborted();
    return failureOf(check, error);
  }
}

/**
 * Whether the nodes can run the binary. Pure.
 *
 * @param platforms the most frequent first
 * @param goarch what the build target is set to; without it the binary is built for most nodes
 */
export function nodesDiagnosis(platforms: readonly Platform[], goarch: string | undefined): Diagnosis {
  const listed = platforms.map(({ os, architecture }) => `${os}/${architecture}`).join(', ');
  const [first] = platforms;
  if (!first) return fail(check, 'the cluster has no nodes', 'Add a node to the cluster.');
  const built = goarch ?? first.architecture;
  const for_ = `the binary is built for linux/${built}`;
  const running = platforms.filter(({ os, architecture }) => os === 'linux' && architecture === built);
  if (!running.length) {
    const next = goarch ? `Set "goarch" of go-build to ${first.architecture}, or leave it out.` : 'Use linux nodes.';
    return fail(check, `${listed}, but ${for_}`, next);
  }
  if (!['amd64', 'arm64'].includes(built)) {
    return fail(check, `${listed}: the agent is made for linux/amd64 and linux/arm64 only`, 'Use other nodes.');
  }
  if (running.length < platforms.length) {
    return warn(
      check,
      `${listed}; ${for_}`,
      `Give the workload the node selector kubernetes.io/arch: ${built}, so that no pod starts elsewhere.`,
    );
  }
  return ok(check, `${listed}; ${for_}`);
}
