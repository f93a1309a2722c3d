// @ts-check
/** @typedef {{ context: string, server: string }} Usable */

/** How long (ms) a cluster may take to answer: a stopped cluster may be silent instead of refusing. */
const TIMEOUT = 3_000;

/**
 * Returns the cluster of kubeconfig's current context if it is local and its API server answers, else the reason.
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
