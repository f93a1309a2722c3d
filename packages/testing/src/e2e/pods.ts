import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { connect, exec, list, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { openSession } from '@nx-kube/executors/agent/session.js';

export interface Pod {
  name: string;
  uid: string;
  restarts: number;
  ready: boolean;
  object: KubeObject;
}

/** Connects to the cluster that KUBECONFIG names. */
export function testCluster(): Promise<Cluster> {
  return connect();
}

/** Lists pods that are not being deleted, by label, sorted by name. */
export async function podsOf(cluster: Cluster, namespace: string, labelSelector: string): Promise<Pod[]> {
  const pods = await list(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector });
  return pods
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map((object) => ({
      name: object.metadata.name,
      uid: object.metadata.uid!,
      restarts: object['status'].containerStatuses?.[0]?.restartCount ?? 0,
      ready: object['status'].conditions?.some((c: KubeObject) => c['type'] === 'Ready' && c['status'] === 'True'),
      object,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Digest and process id of the running binary, as the agent in the pod reports them through the test's own session. */
export async function runningIn(cluster: Cluster, namespace: string, pod: string, container = 'manager') {
  const stream = await exec(cluster, { namespace, pod, container, command: ['/nx-kube/agent', 'session'] });
  const session = await openSession({
    write: (chunk) => stream.write(chunk),
    output: stream.stdout,
    close: () => inBackground(stream.close(), failureIsABug),
  });
  session.close();
  await stream.close();
  return session.hello.running;
}
