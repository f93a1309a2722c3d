import { createConnection } from 'node:net';
import { list, NxKubeError, portForward, watch, type Cluster, type KubeObject } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import type { ForwardTarget } from './port-forward-options.js';

/** How often a forward is tried when nothing else says that it may have changed, in ms. */
const checkEveryMs = 10_000;
/** A connection that has reached the pod, and that the pod has not refused after so long, is taken for carried, in ms. */
const refusedWithinMs = 400;
/** What has not reached the pod after so long does not reach it, in ms. */
const reachedWithinMs = 10_000;

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
  let reached = (_clientPort: number) => {};
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
    onReached: (clientPort) => reached(clientPort),
  });
  const address = `${host.includes(':') ? `[${host}]` : host}:${forward.localPort}`;
  let shown: string | undefined;
  const check = async () => {
    failure = undefined;
    const trial = tryConnection(host, forward.localPort, signal);
    reached = trial.reached;
    const carried = await trial.carried;
    if (signal.aborted) return;
    const state = carried ? ('ok' as const) : ('failing' as const);
    const message = carried ? undefined : (failure ?? 'the connection is refused');
    if (`${state} ${message}` === shown) return;
    shown = `${state} ${message}`;
    emit({ type: 'forward', name, address, state, message });
  };
  // One after the other, so that the last word is the newest.
  let checking: Promise<void> | undefined;
  let again = false;
  const checkSoon = () => {
    again = checking !== undefined;
    checking ??= check().finally(() => {
      checking = undefined;
      if (again && !signal.aborted) checkSoon();
    });
  };
  watch(cluster, { ...pods, signal }, checkSoon);
  const timer = setInterval(checkSoon, checkEveryMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return forward.localPort;
}

function isReady({ metadata, ...pod }: KubeObject): boolean {
  if (metadata.deletionTimestamp) return false;
  const conditions = (pod['status']?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** A connection of our own: whether it stays open once it has reached the pod, or is answered. */
function tryConnection(host: string, port: number, signal: AbortSignal) {
  const socket = createConnection({ host, port });
  let reached!: (clientPort: number) => void;
  const carried = new Promise<boolean>((resolve) => {
    const end = (is: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(is);
    };
    const onAbort = () => end(false);
    let timer = setTimeout(() => end(false), reachedWithinMs);
    reached = (clientPort) => {
      if (clientPort !== socket.localPort) return;
      clearTimeout(timer);
      timer = setTimeout(() => end(true), refusedWithinMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
  return { carried, reached };
}
