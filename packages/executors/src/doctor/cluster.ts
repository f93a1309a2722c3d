import { connect, explain, type Cluster, type ConnectOptions } from '@nx-kube/cluster';
import { clauseOf, fail, ok, type Diagnosis } from './diagnosis.js';

/** Checks of the context and its API server, and a connection if both succeed. */
export interface ClusterDiagnosis {
  diagnoses: Diagnosis[];
  /** Connection for the caller to close. Undefined if a check fails. */
  cluster?: Cluster;
}

/** Time-out (ms) for the API server's version. A running local cluster answers at once. */
const answerWithinMs = 5000;

/** Checks whether the context may be used and why, and whether its API server answers. */
export async function diagnoseCluster(options: ConnectOptions, signal?: AbortSignal): Promise<ClusterDiagnosis> {
  const check = 'context';
  let cluster: Cluster;
  try {
    cluster = await connect(options);
  } catch (error) {
    return { diagnoses: [failureOf(check, error)] };
  }
  // With an empty list of allowed contexts, `connect` accepts local clusters only. It makes no request.
  const isLocal = await connect({ ...options, allowContexts: [] }).then(
    (same) => same.close().then(() => true),
    () => false,
  );
  const why = isLocal ? 'a cluster on this machine' : 'listed in allowContexts';
  const diagnoses = [ok(check, `${cluster.context}, namespace ${cluster.namespace}: ${why}`)];
  try {
    const { gitVersion } = await cluster.request<{ gitVersion: string }>({
      method: 'GET',
      path: '/version',
      timeoutMs: answerWithinMs,
      signal,
    });
    return { diagnoses: [...diagnoses, ok('API server', `${cluster.server} answers: ${gitVersion}`)], cluster };
  } catch (error) {
    await cluster.close();
    signal?.throwIfAborted();
    return {
      diagnoses: [...diagnoses, failureOf('API server', error, 'Start the cluster, or choose another context.')],
    };
  }
}

/**
 * Returns an error as a failed check. Pure.
 *
 * @param otherwise next step for an error that has none
 */
export function failureOf(check: string, error: unknown, otherwise = 'See the message.'): Diagnosis {
  const [message = '', next] = explain(error).split('\n  → ');
  return fail(check, clauseOf(message), next ?? otherwise);
}
