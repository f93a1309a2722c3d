import {
  childController,
  explain,
  podsOfWorkload,
  type ChildController,
  type Cluster,
  type PodChoice,
} from '@nx-kube/cluster';
import { Leadership } from '../leader/leadership.js';
import { followPods } from '../logs/follow-pods.js';
import type { Prepared } from '../workload/mutate.js';
import { BinaryStore } from './binary-store.js';
import type { OnPodEvent } from './pod-event.js';
import { PodKeeper } from './pod-keeper.js';
import { agentProbe } from './target-container.js';

export interface WorkloadPodsOptions {
  cluster: Cluster;
  /** Folder for copies of delivered binaries. */
  storeDirectory: string;
  graceMs?: number;
  /** Let the agents probe new processes. Not for a process that breakpoints may hold. Default: true. */
  probe?: boolean;
  /** Report the lines that the container writes from now on. */
  logs: boolean;
  /** Report lease holders; `release`: end the tenures of processes that are gone. Default: neither. */
  leases?: { release: boolean };
  /** Let new pods start the image's own binary at once while no other one is wanted. Default: they wait. */
  startsImage?: boolean;
  onEvent: OnPodEvent;
  signal: AbortSignal;
}

/** Holds the keeper of the workload's pods, and replaces it when the manifests give the workload other pods. */
export class WorkloadPods {
  #keeper: PodKeeper | undefined;
  #identity: string | undefined;
  #stop: ChildController | undefined;

  constructor(private readonly options: WorkloadPodsOptions) {}

  get current(): PodKeeper | undefined {
    return this.#keeper;
  }

  /** Says how many pods run the wanted binary; undefined if all do, or no workload has been applied yet. */
  get behind(): string | undefined {
    return this.#keeper?.behind;
  }

  /** Returns the keeper for the pods of an applied workload, once it knows the present pods. */
  async keep({ workload, container }: Pick<Prepared, 'workload' | 'container'>): Promise<PodKeeper> {
    const { cluster, storeDirectory, graceMs, probe = true, startsImage, onEvent, signal } = this.options;
    const kept = {
      pods: podsOfWorkload(workload, cluster.namespace),
      container: container.name,
      probe: probe ? agentProbe(container) : undefined,
    };
    const identity = JSON.stringify(kept);
    if (!this.#keeper || identity !== this.#identity) {
      const former = { keeper: this.#keeper, stop: this.#stop };
      this.#stop = childController(signal);
      this.#identity = identity;
      const { leases } = this.options;
      const stop = this.#stop.signal;
      const leadership =
        leases && new Leadership({ cluster, namespace: kept.pods.namespace, ...leases, emit: onEvent, signal: stop });
      this.#keeper = new PodKeeper({
        ...kept,
        cluster,
        ...{ graceMs, startsImage },
        store: new BinaryStore(storeDirectory),
        onProcess: (process) => leadership?.onStarted(process),
        onGone: (pod) => leadership?.onGone(pod),
        onEvent,
        signal: stop,
      });
      former.keeper?.retire(this.#keeper);
      former.stop?.abort();
      if (this.options.logs) this.#followLogs(kept.pods, container.name, stop);
    }
    await this.#keeper.synced;
    return this.#keeper;
  }

  #followLogs(pods: PodChoice, container: string, signal: AbortSignal): void {
    const { cluster, onEvent } = this.options;
    const onError = (pod: string, message: string) => onEvent({ type: 'log', pod, container, line: message });
    const following = followPods(cluster, {
      ...{ pods, container, signal },
      sinceTime: new Date().toISOString(),
      onLine: (pod, _, line) => onEvent({ type: 'log', pod, container, line }),
      onError,
    });
    following.catch((error: unknown) => onError('', explain(error)));
  }
}
