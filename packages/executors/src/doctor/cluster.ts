import { connect, explain, type Cluster, type ConnectOptions } from '@nx-kube/cluster';
import { fail, ok, type Diagnosis } from './diagnosis.js';

/** A cluster that may be touched and answers, or the reasons why there is none. */
export interface ClusterDiagnosis {
  diagnoses: Diagnosis[];
  /** To be closed by the caller. */
  cluster?: Cluster;
}

/** How long a cluster may take to say its version, in ms: a local one that runs answers at once. */
const patienceMs = 5000;

/** The context: whether it may be touched, and why, and whether its API server answers. */
export async function diagnoseCluster(options: ConnectOptions, signal?: AbortSignal): Promise<ClusterDiagnosis> {
  const check = 'context';
  let cluster: Cluster;
  try {
    cluster = await connect(options);
  } catch (error) {
    return { diagnoses: [failureOf(check, error)] };
  }
  // Without a list of allowed contexts only a local one is accepted. No request is made by this.
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
      timeoutMs: patienceMs,
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

/** An error as a failed check. */
export function failureOf(check: string, error: unknown, otherwise = 'See the message.'): Diagnosis {
  const [message = '', next] = explain(error).split('\n  → ');
  return fail(check, message.split('\n')[0]!, next ?? otherwise);
}
