import { createConnection } from 'node:net';
import { listPods, NxKubeError, portForward, watchPods, type Cluster, type KubeObject } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import type { ForwardTarget } from './port-forward-options.js';

/** Interval (ms) between checks of a forward whose pods do not change. */
const checkEveryMs = 10_000;
/** Time (ms) within which a pod refuses a connection. A connection that is still open afterwards counts as carried. */
const refusedWithinMs = 400;
/** Time (ms) that pods may take to become ready. Until then a forward waits for them, and afterwards it has failed. */
const readyWithinMs = 60_000;
/** Time-out (ms) for a check to reach the pod. */
const reachedWithinMs = 10_000;

/**
 * Opens a forward and reports its state. Checks it with a connection of its own: at the start, when its pods change,
 * and every `checkEveryMs`. Each connection goes to a pod that is ready then, so a forward outlives pods and outages.
 * Runs until `signal` aborts.
 *
 * @returns the local port
 * @throws NxKubeError (configuration) if the local port is in use
 */
export async function startForward(
  cluster: Cluster,
  target: ForwardTarget,
  { emit, signal }: { emit: Emit; signal: AbortSignal },
): Promise<number> {
  const { name, pods, port, host } = target;
  /** Since when no pod is ready (ms of `performance.now()`); undefined while one is. */
  let unreadySince: number | undefined;
  const pod = async () => {
    const ready = (await listPods(cluster, pods, { signal })).filter(isReady);
    unreadySince = ready.length ? undefined : (unreadySince ?? performance.now());
    if (ready.length) return ready[0]!.metadata.name;
    throw new NxKubeError('cluster', `${name} has no ready pod.`);
  };
  /** Why the last connection did not reach the pod; undefined if it did. */
  let failure: string | undefined;
  let reached = (_clientPort: number) => {};
  const forward = await portForward(cluster, {
    namespace: pods.namespace,
    pod,
    port,
    host,
    localPort: target.localPort,
    signal,
    onState: (state) => {
      failure = state.state === 'failing' ? state.message : undefined;
    },
    onReached: (clientPort) => reached(clientPort),
  });
  const address = `${host.includes(':') ? `[${host}]` : host}:${forward.localPort}`;
  let shown: string | undefined;
  const check = async () => {
    const trial = tryConnection(host, forward.localPort, signal);
    reached = trial.reached;
    const carried = await trial.carried;
    if (signal.aborted) return;
    const state = carried ? ('ok' as const) : ('failing' as const);
    const message = carried ? undefined : (failure ?? `${name} refuses the connection.`);
    const waits = !carried && unreadySince !== undefined && performance.now() - unreadySince < readyWithinMs;
    if (`${state} ${message} ${waits}` === shown) return;
    shown = `${state} ${message} ${waits}`;
    emit({ type: 'forward', name, address, state, message, ...(waits && { waits }) });
  };
  // Run checks one after the other, so that the last reported state is the newest.
  let checking: Promise<void> | undefined;
  let again = false;
  const checkSoon = () => {
    again = checking !== undefined;
    checking ??= check().finally(() => {
      checking = undefined;
      if (again && !signal.aborted) checkSoon();
    });
  };
  watchPods(cluster, pods, { signal }, checkSoon);
  const timer = setInterval(checkSoon, checkEveryMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return forward.localPort;
}

function isReady({ metadata, ...pod }: KubeObject): boolean {
  if (metadata.deletionTimestamp) return false;
  const conditions = (pod['status']?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Opens a connection of our own. `carried` resolves to whether the pod answers it or leaves it open. */
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
