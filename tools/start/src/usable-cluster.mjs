// @ts-check
/** @typedef {{ context: string, server: string }} Usable */

/** How long a cluster may take to answer, in milliseconds: one that is stopped does not refuse, it is silent. */
const TIMEOUT = 3_000;

/**
 * The cluster of kubeconfig's current context, if it is local and its API server answers; else the reason why not.
 * @param {typeof import('@nx-kube/cluster').connect} connect
 * @returns {Promise<Usable | { reason: string }>}
 */
export async function usableCluster(connect) {
  try {
    const cluster = await connect();
    try {
      await cluster.request({ method: 'GET', path: '/version', timeoutMs: TIMEOUT });
      return { context: cluster.context, server: cluster.server };
    } finally {
      await cluster.close();
    }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
