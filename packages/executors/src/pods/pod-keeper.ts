import {
  Bell,
  subject,
  waitUntil,
  watchPods,
  type Cluster,
  type KubeObject,
  type PodChoice,
  type Watcher,
  failureIsHarmless,
  failureIsReported,
  inBackground,
} from '@nx-kube/cluster';
import type { AgentEvent, Delivered, ReadinessProbe } from '../agent/messages.js';
import type { StartedProcess } from '../leader/leadership.js';
import type { BinaryStore } from './binary-store.js';
import { Binary, prepareBase, type PreparedBase } from './binary.js';
import type { OnPodEvent } from './pod-event.js';
import { PodLink } from './pod-link.js';
import { podsWanted, wantsNone } from './pods-wanted.js';
import { howItEnded, Replica, worst, type Fate } from './replica.js';
import { runningContainer, type RunningContainer } from './target-container.js';

export interface PodKeeperOptions {
  cluster: Cluster;
  /** The pods of the workload. */
  pods: PodChoice;
  container: string;
  probe?: ReadinessProbe;
  graceMs?: number;
  store: BinaryStore;
  /** Called for the process of each pod: on connect, and each time another process starts. */
  onProcess?: (process: StartedProcess) => void;
  /** Called when the run of a pod's container has ended, or the pod is being deleted. */
  onGone?: (pod: string) => void;
  onEvent: OnPodEvent;
  /** Let new pods start the image's own binary at once while no other one is wanted. Default: they wait. */
  startsImage?: boolean;
  signal: AbortSignal;
}

export interface BringOptions {
  /** The binary may be the one that the pods run already: compare before anything is sent. Default: false. */
  mayBeSame?: boolean;
}

/** The result of bringing one binary to all pods. */
export interface BinaryDelivery {
  /** Bytes sent to all pods. */
  bytes?: number;
  /** Pods that run the binary. */
  pods?: number;
  syncMs: number;
  restartMs?: number;
  /** Whether the new processes got ready or crashed, where the delivery started some. */
  outcome?: Promise<{ readyMs?: number } | { crashed: string }>;
}

/**
 * Keeps the processes of all pods of a workload at the wanted binary. It watches the pods, holds a connection to each,
 * and delivers where another digest runs. The same rule brings a new or restarted pod up to date.
 */
export class PodKeeper {
  /** Replicas by the id of the container's run. */
  readonly #replicas = new Map<string, Replica>();
  readonly #watcher: Watcher;
  #wanted: Binary | undefined;
  /** The keeper that has taken the place of this one. */
  #successor: PodKeeper | undefined;
  /** The live workload; undefined where there is none, or it may not be watched. */
  #workload: KubeObject | undefined;
  /** Rings when anything that `bring` waits for may have changed. */
  readonly #changed = new Bell();

  constructor(private readonly options: PodKeeperOptions) {
    const { cluster, pods, signal, onEvent } = options;
    const onWorkload = (live: KubeObject | undefined) => {
      this.#workload = live;
      this.#changed.ring();
    };
    this.#watcher = watchPods(cluster, pods, { signal, onWorkload }, (event) => {
      if (event.type === 'disconnected') {
        onEvent({ type: 'cluster', state: 'unreachable', message: event.error.message });
      } else if (event.type === 'reconnected') {
        onEvent({ type: 'cluster', state: 'reachable' });
        this.#replicas.forEach(({ link }) => link.poke());
      } else this.#onPod(event.object, event.type === 'deleted');
    });
    signal.addEventListener('abort', () => this.#stop(), { once: true });
  }

  /** Resolves when the present pods are known. @throws ApiError where the user may not watch pods */
  get synced(): Promise<void> {
    return this.#watcher.synced;
  }

  /** Whether the agent of a pod has answered. */
  get isMet(): boolean {
    return [...this.#replicas.values()].some(({ link }) => link.running !== undefined);
  }

  /** Resolves when the agent of a pod has answered. @throws the signal's reason */
  async met(signal: AbortSignal): Promise<void> {
    while (!this.isMet) {
      await waitUntil(signal, { bell: this.#changed });
      signal.throwIfAborted();
    }
  }

  /** Says how many pods run the wanted binary; undefined if all do. New pods have to be met first. */
  get behind(): string | undefined {
    const { workload } = this.options.pods;
    const replicas = [...this.#replicas.values()];
    const served = replicas.filter(({ isServed }) => isServed).length;
    const count = Math.max(replicas.length, this.#workload ? podsWanted(this.#workload) : 0);
    if (!workload || served >= count) return undefined;
    return `${subject(workload)}: ${served} of ${count} pods run the current binary`;
  }

  /** Starts to index the binary that the pods run, while the next one is being built. */
  prepare(): Promise<PreparedBase | undefined> {
    const [first] = this.#replicas.values();
    return prepareBase(first?.link.base, this.options.store, this.options.signal);
  }

  /**
   * Makes the binary at `path` the wanted one, and waits until there is a pod, unless the workload is to have none, and
   * every pod runs the binary. It waits for pods whose connection is cut, and not for pods that are gone.
   *
   * @throws NxKubeError with the name of the pod: the first failure that a retry does not fix
   */
  async bring(
    path: string,
    prepared: PreparedBase | undefined,
    signal: AbortSignal,
    options: BringOptions = {},
  ): Promise<BinaryDelivery> {
    const started = performance.now();
    const binary = new Binary(path, this.options.store, { prepared, mayBeSame: options.mayBeSame });
    this.#wanted?.release();
    this.#wanted = binary;
    this.#replicas.forEach((replica) => this.#serve(replica));
    const served = await this.#settled(binary, signal);
    binary.release();
    if (!served) return this.#successor!.bring(path, undefined, signal, options);
    const restartMs = Math.max(0, ...served.map(({ result }) => result.stopMs + result.startMs));
    // Without a copy, the next delivery only sends more bytes.
    inBackground(this.#keep(binary), failureIsHarmless);
    const syncMs = performance.now() - started - restartMs;
    const pods = this.#replicas.size;
    if (!served.length) return { pods, syncMs };
    const bytes = served.reduce((sum, { result }) => sum + result.bytesSent, 0);
    return { pods, syncMs, bytes, restartMs, outcome: worst(served.map(({ fate }) => fate)) };
  }

  /**
   * Restarts the process of each pod that nothing was delivered to: it runs the wanted binary already. Resolves to
   * their number.
   */
  async restartUntouched(): Promise<number> {
    const untouched = [...this.#replicas.values()].filter(({ link, served }) => link.connected && !served);
    await Promise.all(untouched.map(({ link }) => link.restart()));
    return untouched.length;
  }

  /** Gives the pods up to another keeper, which has other pods or another container to bring to the same binary. */
  retire(successor: PodKeeper): void {
    this.#successor = successor;
    successor.#wanted = this.#wanted;
    for (const [id, replica] of this.#replicas) this.#drop(id, replica);
    this.#changed.ring();
  }

  /** @returns undefined where another keeper has taken the place of this one */
  async #settled(
    binary: Binary,
    signal: AbortSignal,
  ): Promise<{ result: Delivered; fate: Promise<Fate> }[] | undefined> {
    // The digest is known when all of the binary is packed. A pod may refuse the binary long before that.
    let digest: string | undefined;
    binary.digest().then(
      (known) => {
        digest = known;
        this.#changed.ring();
      },
      // The delivery reports why the binary cannot be packed.
      () => {},
    );
    for (;;) {
      if (this.#successor) return undefined;
      const replicas = [...this.#replicas.values()];
      const served = replicas.flatMap(({ served }) => (served?.binary === binary ? [served] : []));
      const failed = served.find((one) => 'error' in one);
      if (failed && 'error' in failed) throw failed.error;
      const isCurrent = ({ link: { running, waits } }: Replica) =>
        running !== undefined && running === digest && !waits;
      const isComplete = replicas.length > 0 || (this.#workload && wantsNone(this.#workload));
      if (isComplete && replicas.every(isCurrent)) return served.filter((one) => 'result' in one);
      await waitUntil(signal, { bell: this.#changed });
      signal.throwIfAborted();
    }
  }

  #onPod(pod: KubeObject, deleted: boolean): void {
    const running = deleted ? undefined : runningContainer(pod, this.options.container);
    for (const [id, replica] of this.#replicas) {
      if (replica.link.container.pod === pod.metadata.name && id !== running?.id) this.#drop(id, replica);
    }
    if (running && !this.#replicas.has(running.id)) this.#replicas.set(running.id, this.#replicaOf(running));
    this.#changed.ring();
  }

  #drop(id: string, replica: Replica): void {
    const { pod } = replica.link.container;
    this.#replicas.delete(id);
    replica.link.stop();
    // No event of its process comes any more.
    replica.onLost();
    this.options.onGone?.(pod);
    this.options.onEvent({ type: 'pod', pod, state: 'gone' });
  }

  #replicaOf(container: RunningContainer): Replica {
    const { cluster, probe, graceMs, startsImage, onProcess, onEvent, signal } = this.options;
    const { pod, id, alone } = container;
    const process = { pod, container: id, alone };
    const replica: Replica = new Replica(
      new PodLink({
        cluster,
        container,
        probe,
        graceMs,
        onConnected: (link) => {
          onEvent({ type: 'pod', pod, state: 'connected', digest: link.running, message: fallbackText(link.fallback) });
          if (!link.waits) onProcess?.({ ...process, startedAt: link.startedAt!, fresh: false });
          if (link.waits && !this.#wanted && startsImage) inBackground(link.restart(), failureIsHarmless);
          this.#serve(replica);
          this.#changed.ring();
        },
        onLost: (_, error) => {
          onEvent({ type: 'pod', pod, state: 'lost', message: error instanceof Error ? error.message : undefined });
          replica.onLost();
          this.#changed.ring();
        },
        onEvent: (_, event) => {
          this.#report(pod, event);
          if (event.event === 'started') {
            onProcess?.({ ...process, startedAt: Date.parse(event.startedAt), fresh: true });
          }
          replica.onEvent(event);
        },
      }),
      {
        hasProbe: probe !== undefined,
        wanted: () => this.#wanted,
        onServed: (digest) => onEvent({ type: 'pod', pod, state: 'current', digest }),
        onChange: () => this.#changed.ring(),
        signal,
      },
    );
    return replica;
  }

  /** A failure is kept in `served`, where `bring` finds it. */
  #serve(replica: Replica): void {
    inBackground(replica.serve(), failureIsReported);
  }

  #report(pod: string, event: AgentEvent): void {
    const { onEvent } = this.options;
    const { pid } = event;
    if (event.event === 'ready') onEvent({ type: 'process', pod, state: 'ready', pid });
    else if (event.event === 'started')
      onEvent({ type: 'process', pod, state: 'started', pid, message: fallbackText(event.fallback) });
    else if (!event.expected) {
      onEvent({ type: 'process', pod, state: 'exited', pid, message: howItEnded(event), lastLines: event.lastLines });
    }
  }

  /** Keeps a copy of the delivered binary: the base of the next difference, and the binary for later pods. */
  async #keep(binary: Binary): Promise<void> {
    const digest = await binary.digest();
    await this.options.store.add(digest, binary.path);
    const path = await this.options.store.find(digest);
    if (path && this.#wanted === binary) this.#wanted = new Binary(path, this.options.store, { digest });
  }

  #stop(): void {
    this.#wanted?.release();
    this.#replicas.forEach(({ link }) => link.stop());
    this.#replicas.clear();
    inBackground(this.#watcher.stop(), failureIsHarmless);
  }
}

function fallbackText(why: string | undefined): string | undefined {
  return why && `runs the image's own binary, which may be old: ${why}`;
}
