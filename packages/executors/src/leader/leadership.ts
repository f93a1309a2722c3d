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
  /** Where the Leases are: the workload's namespace. */
  namespace: string;
  /** End the tenure of a process that is gone, so that its successor need not wait until it expires. */
  release: boolean;
  emit: (event: LeaseEvent) => void;
  signal: AbortSignal;
}

/** A process in the target container of a pod. */
export interface StartedProcess {
  pod: string;
  /** The container's run: another one after each restart of the container. */
  container: string;
  /** Whether no other container of the pod could have a Lease too. */
  alone: boolean;
  /** By the clock of the pod's node, in ms since the epoch. */
  startedAt: number;
  /** It has just been started, after the one before it in this container had ended; it was not met while it ran. */
  fresh: boolean;
}

interface Known extends StartedProcess {
  /** When the process before it in the same container was started; undefined where that is not known. */
  formerAt?: number;
}

/**
 * Says how long each new process takes to lead, and what it waits for: a process that ends without giving its Lease back keeps its
 * successors idle until the Lease expires.
 *
 * A tenure in a pod that began, and was last renewed, before the pod's process was started belongs to a process that is gone. It is
 * ended only where that is certain: the agent has seen the former process end, and the tenure began during its life, by the one
 * clock of their node, in a pod where nothing else runs.
 */
export class Leadership {
  readonly #watcher: Watcher;
  /** By Lease, as seen last; null where nobody had it. */
  readonly #tenures = new Map<string, Tenure | null>();
  /** By pod. */
  readonly #processes = new Map<string, Known>();
  /** Pods whose process has been started and may come to lead. */
  readonly #candidates = new Set<string>();
  /** By Lease: the last process that was found to be gone and to hold it. */
  readonly #seen = new Map<string, string>();
  /** Leases whose last tenure was ended here. */
  readonly #released = new Set<string>();

  constructor(private readonly options: LeadershipOptions) {
    const { cluster, namespace, signal } = options;
    const leases = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, signal };
    // Who may not see Leases is told nothing of them.
    this.#watcher = watch(cluster, leases, (event) => {
      if ('object' in event && event.type !== 'deleted') this.#onLease(event.object);
    });
  }

  /** Resolves when the Leases that are there now are known. @throws ApiError where they may not be watched */
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
      // Another one leads, or this one did before it was met.
      else this.#candidates.delete(pod);
    }
  }

  /** The container's run has ended, or the pod is on its way out. */
  onGone(pod: string): void {
    this.#candidates.delete(pod);
    const known = this.#processes.get(pod);
    // A pod that comes under the same name may be on another node, with another clock.
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

  /** Whether a tenure that is over may be ended: nobody else can be the holder. */
  #isOfFormer(pod: string, { acquiredAt }: Tenure): boolean {
    const { alone, fresh, formerAt } = this.#processes.get(pod)!;
    return alone && fresh && formerAt !== undefined && formerAt <= acquiredAt;
  }

  #leads(pod: string, lease: KubeObject, { acquiredAt }: Tenure, former: Tenure | null | undefined): void {
    const name = subject(lease);
    const released = this.#released.delete(name);
    // The others are on standby: that one of them leads some day has nothing to do with its start.
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
      // What the watch has said may be older than the last word of the process that is gone.
      const lease = await read(cluster, refOf(held), { signal });
      const tenure = lease && tenureOf(lease);
      if (!tenure || !isHeldIn(pod, tenure) || !this.#isOver(pod, tenure)) return;
      if (this.#seen.get(name) === tenure.holder) return;
      this.#seen.set(name, tenure.holder);
      if (!release || !this.#isOfFormer(pod, tenure))
        return emit({ type: 'lease', state: 'waiting', lease: name, pod });
      this.#released.add(name);
      // Only what was read just now: a Lease that anybody has written to since stays as it is.
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
