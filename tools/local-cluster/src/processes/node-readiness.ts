import { setTimeout as delay } from 'node:timers/promises';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import type { Layout } from '../config/layout.js';
import { API_SERVER, NODE_NAME } from '../config/network-plan.js';
import { duration } from '../config/progress.js';
import { get } from './probe.js';

const TIMEOUT = 120_000;
const INTERVAL = 100;

interface Node {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/** Returns why pods cannot run, or undefined if they can. */
export async function nodeProblem(layout: Layout, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const node = await get({ url: `${API_SERVER}/api/v1/nodes/${NODE_NAME}`, client: 'admin' }, layout.pki, signal);
    if (node.status === 404) return 'it is not registered';
    if (node.status !== 200) return `the API server answers ${node.status}`;
    const ready = (JSON.parse(node.body) as Node).status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') return ready?.message ?? 'it has no status yet';
    // The condition may date from before a restart of the kubelet.
    return await podsProblem(layout, signal);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface PodList {
  items: { metadata: { uid: string; namespace: string; name: string }; status?: { phase?: string } }[] | null;
}

/**
 * Returns which pods of the node the kubelet does not know yet, or undefined. After a restart the kubelet answers
 * before it knows its pods; until then, exec into a pod fails with "pod does not exist".
 */
async function podsProblem(layout: Layout, signal?: AbortSignal): Promise<string | undefined> {
  const read = async (path: string) => {
    const { status, body } = await get({ url: `${API_SERVER}/api/v1/${path}`, client: 'admin' }, layout.pki, signal);
    if (status !== 200) throw new Error(`the API server answers ${status} for ${path}`);
    return JSON.parse(body) as PodList;
  };
  const assigned = await read(`pods?fieldSelector=spec.nodeName=${NODE_NAME}`);
  const unknown = unknownPods(assigned, await read(`nodes/${NODE_NAME}/proxy/pods`));
  return unknown.length ? `its kubelet does not know ${unknown.join(', ')} yet` : undefined;
}

/**
 * Returns the pods that the API server has assigned to the node but the kubelet does not list, as `Pod/namespace/name`.
 * Pure.
 */
export function unknownPods(assigned: PodList, known: PodList): string[] {
  const uids = new Set(known.items?.map(({ metadata }) => metadata.uid));
  return (assigned.items ?? [])
    .filter(({ metadata, status }) => !['Succeeded', 'Failed'].includes(status?.phase ?? '') && !uids.has(metadata.uid))
    .map(({ metadata: { namespace, name } }) => `Pod/${namespace}/${name}`);
}

/** Waits until the kubelet has registered the node. */
export function waitUntilRegistered(layout: Layout, signal: AbortSignal): Promise<void> {
  const url = `${API_SERVER}/api/v1/nodes/${NODE_NAME}`;
  return waitUntil('registered', layout, signal, async () => {
    const { status } = await get({ url, client: 'admin' }, layout.pki, signal);
    return status === 200 ? undefined : `the API server answers ${status}`;
  });
}

/** Waits until the node is ready, its kubelet knows its pods, and the namespace `default` accepts pods. */
export function waitUntilUsable(layout: Layout, signal: AbortSignal): Promise<void> {
  const url = `${API_SERVER}/api/v1/namespaces/default/serviceaccounts/default`;
  return waitUntil('ready', layout, signal, async () => {
    const problem = await nodeProblem(layout, signal);
    if (problem) return problem;
    const { status } = await get({ url, client: 'admin' }, layout.pki, signal);
    return status === 200 ? undefined : 'ServiceAccount/default/default does not exist';
  });
}

async function waitUntil(
  state: string,
  layout: Layout,
  signal: AbortSignal,
  problemNow: () => Promise<string | undefined>,
): Promise<void> {
  const deadline = Date.now() + TIMEOUT;
  for (;;) {
    const problem = await problemNow().catch((error: Error) => error.message);
    signal.throwIfAborted();
    if (problem === undefined) return;
    if (Date.now() > deadline) {
      throw new NxKubeError('cluster', `Node/${NODE_NAME} is not ${state} after ${duration(TIMEOUT)}: ${problem}.`, {
        next: `See the logs of kubelet and containerd in ${layout.logs}.`,
      });
    }
    await delay(INTERVAL, undefined, { signal });
  }
}
