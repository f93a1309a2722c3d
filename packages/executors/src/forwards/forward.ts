import { list, NxKubeError, portForward, watch, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { createConnection } from 'node:net';
import type { Emit } from '../loop/events.js';
import type { ForwardTarget } from './port-forward-options.js';

/** How often a forward is tried when nothing else says that it may have changed, in ms. */
const checkEveryMs = 10_000;
/** A connection that the pod has not refused after so long is taken for carried, in ms. */
const refusedWithinMs = 400;

/**
 * Opens a forward and keeps its true state known: it is tried at the start, whenever the pods behind it change, and from time
 * to time; connections go to a pod that is ready at that moment, so it outlives pods and outages. Ends with the signal.
 *
 * @returns the local port
 * @throws NxKubeError (configuration) when the local port is taken
 */
export async function startForward(
  cluster: Cluster,
  target: ForwardTarget,
  { emit, signal }: { emit: Emit; signal: AbortSignal },
): Promise<number> {
  const { name, namespace, labelSelector, port, host } = target;
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector };
  const pod = async () => {
    const ready = (await list(cluster, { ...pods, signal })).filter(isReady);
    if (ready.length) return ready[0]!.metadata.name;
    throw new NxKubeError('cluster', `no pod of ${name} is ready`);
  };
  let failure: string | undefined;
  const forward = await portForward(cluster, {
    namespace,
    pod,
    port,
    host,
    localPort: target.localPort,
    signal,
    onState: (state) => {
      if (state.state === 'failing') failure = state.message;
    },
  });
  const address = `${host.includes(':') ? `[${host}]` : host}:${forward.localPort}`;
  let shown: string | undefined;
  const check = async () => {
    failure = undefined;
    const carried = await isCarried(host, forward.localPort, signal);
    if (signal.aborted) return;
    const state = carried ? ('ok' as const) : ('failing' as const);
    const message = carried ? undefined : (failure ?? 'the connection is refused');
    if (`${state} ${message}` === shown) return;
    shown = `${state} ${message}`;
    emit({ type: 'forward', name, address, state, message });
  };
  watch(cluster, { ...pods, signal }, () => void check());
  const timer = setInterval(() => void check(), checkEveryMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return forward.localPort;
}

function isReady({ metadata, ...pod }: KubeObject): boolean {
  if (metadata.deletionTimestamp) return false;
  const conditions = (pod['status']?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Whether a connection stays open, or is answered. */
function isCarried(host: string, port: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (carried: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(carried);
    };
    const onAbort = () => end(false);
    // Finding the pod and reaching it are part of carrying it, so the clock begins when the pod can have answered.
    const timer = setTimeout(() => end(true), refusedWithinMs);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
}
