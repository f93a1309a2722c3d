import { failureIsABug, inBackground } from '@nx-kube/cluster';
import {
  ApiError,
  explain,
  patch,
  read,
  refOf,
  subject,
  watch,
  type Cluster,
  type KubeObject,
  type Watcher,
} from '@nx-kube/cluster';
import type { LoopEvent } from '../events/events.js';
import { isHeldIn, tenureOf, type Tenure } from './tenure.js';

/** Who leads, and what a new process waits for. */
export type LeaseEvent = LoopEvent & { type: 'lease' };

export interface LeadershipOptions {
  cluster: Cluster;
  /** Namespace of the Leases: that of the workload. */
  namespace: string;
  /** Whether to release the Lease of a process that has ended, so that its successor need not wait for the expiry. */
  release: boolean;
  emit: (event: LeaseEvent) => void;
  signal: AbortSignal;
}

/** A process in the target container of a pod. */
export interface StartedProcess {
  pod: string;
  /** Id of the container's run. It changes with each restart of the container. */
  container: string;
  /** Whether no other container of the pod could hold a Lease. */
  alone: boolean;
  /** Start of the process (ms since the epoch), by the clock of the pod's node. */
  startedAt: number;
  /** Whether the process was observed to start after its predecessor in this container ended, not found running. */
  fresh: boolean;
}

interface Known extends StartedProcess {
  /** Start of the predecessor in the same container (ms since the epoch). Absent when it is not known. */
  formerAt?: number;
}

/**
 * Reports how long each new process takes to become the leader, and what it waits for. A process that ends without
 * giving its Lease back keeps its successors idle until the Lease expires.
 *
 * A tenure is over when it began, and was last renewed, before the start of the process that now runs in the pod.
 *
 * Invariant: a tenure is released only when its holder has certainly ended. The agent has observed that end, and no
 * other container runs in the pod. The tenure began during that process's life, by the clock of the same node.
 */
export class Leadership {
  readonly #watcher: Watcher;
  /** Last observed tenure by Lease. Null when the Lease had no holder. */
  readonly #tenures = new Map<string, Tenure | null>();
  /** Last known process by pod. */
  readonly #processes = new Map<string, Known>();
  /** Pods whose process has started and may become the leader. */
  readonly #candidates = new Set<string>();
  /** By Lease: the last holder that was found to have ended. */
  readonly #seen = new Map<string, string>();
  /** Leases whose last tenure was released here. */
  readonly #released = new Set<string>();

  constructor(private readonly options: LeadershipOptions) {
    const { cluster, namespace, signal } = options;
    const leases = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, signal };
    // Without the right to watch Leases, nothing is reported about them.
    this.#watcher = watch(cluster, leases, (event) => {
      if ('object' in event && event.type !== 'deleted') this.#onLease(event.object);
    });
  }

  /** Resolves when the existing Leases are known. @throws ApiError when they may not be watched */
  get synced(): Promise<void> {
    return this.#watcher.synced;
  }

  onStarted(process: StartedProcess): void {
    const { pod, container, startedAt, fresh } = process;
    const known = this.#processes.get(pod);
    if (known?.startedAt === startedAt) return;
    this.#processes.set(pod, { ...process, formerAt: known?.container === container ? known.startedAt : undefined });
    this.#candidates.add(pod);
    for (const lease of this.#watcher.store.values()) {
      const tenure = tenureOf(lease);
      const holder = tenure && [...this.#processes.keys()].find((known) => isHeldIn(known, tenure));
      if (!holder) continue;
      if (this.#isOver(holder, tenure)) inBackground(this.#onFormer(holder, lease), failureIsABug);
      else if (fresh && holder === pod) this.#leads(pod, lease, tenure, null);
      // Another process leads, or this one did before it was observed.
      else this.#candidates.delete(pod);
    }
  }

  /** Call when the container's run has ended, or the pod is being deleted. */
  onGone(pod: string): void {
    this.#candidates.delete(pod);
    const known = this.#processes.get(pod);
    // A new pod of the same name may run on another node, with another clock.
    if (known) this.#processes.set(pod, { ...known, container: '' });
  }

  #onLease(lease: KubeObject): void {
    const name = subject(lease);
    const former = this.#tenures.get(name);
    const tenure = tenureOf(lease);
    this.#tenures.set(name, tenure ?? null);
    if (!tenure || tenure.holder === former?.holder) return;
    const pod = [...this.#candidates].find((candidate) => isHeldIn(candidate, tenure));
    if (pod === undefined) return;
    if (this.#isOver(pod, tenure)) inBackground(this.#onFormer(pod, lease), failureIsABug);
    else this.#leads(pod, lease, tenure, former);
  }

  #isOver(pod: string, { acquiredAt, renewedAt }: Tenure): boolean {
    const { startedAt } = this.#processes.get(pod)!;
    return acquiredAt < startedAt && renewedAt < startedAt;
  }

  /** Whether a tenure that is over may be released, because only the predecessor can be its holder. */
  #isOfFormer(pod: string, { acquiredAt }: Tenure): boolean {
    const { alone, fresh, formerAt } = this.#processes.get(pod)!;
    return alone && fresh && formerAt !== undefined && formerAt <= acquiredAt;
  }

  #leads(pod: string, lease: KubeObject, { acquiredAt }: Tenure, former: Tenure | null | undefined): void {
    const name = subject(lease);
    const released = this.#released.delete(name);
    // The others are on standby: if one of them leads later, that time is unrelated to its start.
    this.#candidates.clear();
    this.options.emit({
      type: 'lease',
      state: 'leads',
      lease: name,
      pod,
      ms: Math.max(0, acquiredAt - this.#processes.get(pod)!.startedAt),
      ...(former !== undefined && { former: released ? 'released' : former ? 'expired' : 'given-back' }),
    });
  }

  async #onFormer(pod: string, held: KubeObject): Promise<void> {
    const { cluster, release, emit, signal } = this.options;
    const name = subject(held);
    try {
      // Race: the watch may be behind the last write of the process that ended.
      const lease = await read(cluster, refOf(held), { signal });
      const tenure = lease && tenureOf(lease);
      if (!tenure || !isHeldIn(pod, tenure) || !this.#isOver(pod, tenure)) return;
      if (this.#seen.get(name) === tenure.holder) return;
      this.#seen.set(name, tenure.holder);
      if (!release || !this.#isOfFormer(pod, tenure))
        return emit({ type: 'lease', state: 'waiting', lease: name, pod });
      this.#released.add(name);
      // Race: with the resource version, a Lease that was written since the read stays as it is (409).
      const { resourceVersion } = lease.metadata;
      await patch(cluster, refOf(lease), { metadata: { resourceVersion }, spec: { holderIdentity: '' } }, { signal });
    } catch (error) {
      this.#released.delete(name);
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 409) {
        this.#seen.delete(name);
        return this.#onFormer(pod, held);
      }
      emit({ type: 'lease', state: 'waiting', lease: name, pod, message: explain(error) });
    }
  }
}
