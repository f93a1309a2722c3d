import type { KubeObject } from '@nx-kube/cluster';
import type { ReadinessProbe } from '../agent/messages.js';
import { usesAgent } from '../workload/inject-agent.js';
import type { Container, PodSpec } from '../workload/pod-template.js';

/** One run of the target container, whose process can be brought to another binary. */
export interface RunningContainer {
  namespace: string;
  pod: string;
  container: string;
  /** The runtime's id; it changes with each restart of the container. */
  id: string;
  /** It is the only running container of the pod: there is no other, and no sidecar. */
  alone: boolean;
}

interface ContainerStatus {
  name: string;
  containerID?: string;
  state?: { running?: object };
}

/**
 * Returns the pod's target container if the agent runs in it now. Undefined while the container starts or waits, once
 * the pod is being deleted, and for a pod without the agent. Pure.
 */
export function runningContainer(pod: KubeObject, container: string): RunningContainer | undefined {
  if (pod.metadata.deletionTimestamp) return undefined;
  const { containers, initContainers = [] } = pod['spec'] as PodSpec;
  const spec = containers.find(({ name }) => name === container);
  if (!usesAgent(spec)) return undefined;
  const statuses = (pod['status']?.containerStatuses ?? []) as ContainerStatus[];
  const status = statuses.find(({ name }) => name === container);
  if (!status?.state?.running || !status.containerID) return undefined;
  const alone = containers.length === 1 && !initContainers.some(({ restartPolicy }) => restartPolicy === 'Always');
  return { namespace: pod.metadata.namespace!, pod: pod.metadata.name, container, id: status.containerID, alone };
}

interface Probe {
  httpGet?: { port: number | string; path?: string; scheme?: 'HTTP' | 'HTTPS'; host?: string };
  tcpSocket?: { port: number | string; host?: string };
}

/**
 * Returns the container's readiness probe for the agent, with ports by number. Undefined where there is none, or where
 * only the kubelet can run it (exec, gRPC). Pure.
 */
export function agentProbe({ readinessProbe, ports = [] }: Container): ReadinessProbe | undefined {
  const { httpGet, tcpSocket } = (readinessProbe ?? {}) as Probe;
  const numbered = (port: number | string) =>
    typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort;
  const port = numbered((httpGet ?? tcpSocket)?.port ?? '');
  if (port === undefined) return undefined;
  if (httpGet) return { httpGet: { ...httpGet, port } };
  return { tcpSocket: { ...tcpSocket, port } };
}
