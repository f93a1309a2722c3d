import { isForbidden } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { list, read } from '../api/objects.js';
import { NxKubeError } from '../errors.js';
import { failureIsReported, inBackground } from '../in-background.js';
import { refOf, subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { watch, type WatchEvent, type Watcher } from '../watch/watch.js';
import { forbidden, Ownership } from './ownership.js';
import { podSelector } from './workload-pods.js';

/**
 * Some pods of a namespace: those with these labels. With `workload`, only those whose owner references lead to it:
 * labels alone also select the pods of others, for scaffolded projects all have the same ones.
 */
export interface PodChoice {
  namespace: string;
  labelSelector: string;
  /** A Deployment, StatefulSet, DaemonSet or ReplicaSet in the same namespace. */
  workload?: Ref;
}

/**
 * The choice of all pods of a workload. Pure.
 *
 * @param defaultNamespace namespace of a workload that names none
 * @throws NxKubeError (configuration) for an object without a selector for pods
 */
export function podsOfWorkload(workload: KubeObject, defaultNamespace: string): PodChoice {
  const labelSelector = podSelector(workload);
  if (labelSelector === undefined) {
    throw new NxKubeError('configuration', `${subject(workload)} has no "spec.selector" for its pods.`, {
      next: 'Add the selector, with the labels of the pod template.',
    });
  }
  const { namespace = defaultNamespace } = workload.metadata;
  return { namespace, labelSelector, workload: { ...refOf(workload), namespace } };
}

/**
 * Lists the chosen pods.
 *
 * @throws ApiError
 */
export async function listPods(
  cluster: Cluster,
  { namespace, labelSelector, workload }: PodChoice,
  { signal }: { signal?: AbortSignal } = {},
): Promise<KubeObject[]> {
  const labelled = { namespace, labelSelector, signal };
  const pods = list(cluster, { apiVersion: 'v1', kind: 'Pod', ...labelled });
  if (!workload) return await pods;
  const replicaSets = () => list(cluster, { ...replicaSet, ...labelled });
  const [all, live, sets] = await Promise.all([
    pods,
    read(cluster, workload, { signal }).catch(unlessForbidden),
    workload.kind === 'Deployment' ? replicaSets().catch(unlessForbidden) : [],
  ]);
  const ownership = new Ownership(workload);
  ownership.setWorkload(live);
  ownership.setReplicaSets(sets);
  return all.filter((pod) => ownership.owns(pod));
}

export interface WatchPodsOptions {
  signal?: AbortSignal;
  /** Called with the live workload once it is known and each time it changes; with undefined where there is none. */
  onWorkload?: (workload: KubeObject | undefined) => void;
}

/** Watches the chosen pods, as `watch` does. A pod that another owner takes over is reported as `deleted`. */
export function watchPods(
  cluster: Cluster,
  { namespace, labelSelector, workload }: PodChoice,
  { signal, onWorkload }: WatchPodsOptions,
  onEvent: (event: WatchEvent) => void,
): Watcher {
  const pods = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector, signal };
  if (!workload) return watch(cluster, pods, onEvent);
  return new OwnedPods(cluster, { pods, workload, onWorkload, onEvent });
}

const replicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };

interface OwnedPodsOptions extends Pick<WatchPodsOptions, 'onWorkload'> {
  pods: { namespace: string; labelSelector: string; signal?: AbortSignal; apiVersion: string; kind: string };
  workload: Ref;
  onEvent: (event: WatchEvent) => void;
}

/** Watches a workload: the pods with its labels, itself and, for a Deployment, its ReplicaSets. */
class OwnedPods implements Watcher {
  readonly store = new Map<string, KubeObject>();
  readonly synced: Promise<void>;
  readonly done: Promise<void>;
  readonly #pods: Watcher;
  readonly #owners: Watcher[];
  readonly #ownership: Ownership;
  #stopped = false;

  constructor(
    cluster: Cluster,
    private readonly options: OwnedPodsOptions,
  ) {
    const { pods, workload, onWorkload } = options;
    const { namespace, labelSelector, signal } = pods;
    const { apiVersion, kind, name } = workload;
    this.#ownership = new Ownership(workload);
    this.#pods = watch(cluster, pods, (event) => this.#onPod(event));
    const fieldSelector = `metadata.name=${name}`;
    const live = this.#watchOwners(cluster, { apiVersion, kind, namespace, fieldSelector, signal }, (all) => {
      this.#ownership.setWorkload(all === forbidden ? forbidden : all[0]);
      if (all !== forbidden) onWorkload?.(all[0]);
    });
    const sets =
      kind === 'Deployment' &&
      this.#watchOwners(cluster, { ...replicaSet, namespace, labelSelector, signal }, (all) =>
        this.#ownership.setReplicaSets(all),
      );
    const owners = sets ? [live, sets] : [live];
    this.#owners = owners.map(({ watcher }) => watcher);
    this.synced = Promise.all([this.#pods.synced, ...owners.map(({ known }) => known)]).then(() => {});
    // `synced` may stay unawaited: the failure is also reported as an event.
    inBackground(this.synced, failureIsReported);
    this.done = Promise.all([this.#pods, ...this.#owners].map(({ done }) => done)).then(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#pods, ...this.#owners].map((watcher) => watcher.stop()));
  }

  /** Where the user may not watch the owners, their names decide. */
  #watchOwners(
    cluster: Cluster,
    what: Parameters<typeof watch>[1],
    onChange: (all: KubeObject[] | typeof forbidden) => void,
  ): { watcher: Watcher; known: Promise<void> } {
    let isSynced = false;
    const changed = (all: KubeObject[] | typeof forbidden) => {
      onChange(all);
      this.#compare();
    };
    const watcher = watch(cluster, what, (event) => {
      if (isSynced && 'object' in event) changed([...watcher.store.values()]);
    });
    const onSynced = () => {
      isSynced = true;
      changed([...watcher.store.values()]);
    };
    const known = watcher.synced.then(onSynced, () => {
      if (!this.#stopped && !this.options.pods.signal?.aborted) changed(forbidden);
    });
    return { watcher, known };
  }

  #onPod(event: WatchEvent): void {
    if (!('object' in event)) return this.options.onEvent(event);
    const { object } = event;
    if (event.type !== 'deleted' && this.#ownership.owns(object)) this.#add(object);
    else this.#remove(object);
  }

  /** Reports the difference that a change of the owners makes. */
  #compare(): void {
    for (const pod of this.#pods.store.values()) {
      if (!this.#ownership.owns(pod)) this.#remove(pod);
      else if (!this.store.has(pod.metadata.name)) this.#add(pod);
    }
  }

  #add(object: KubeObject): void {
    const { name } = object.metadata;
    const type = this.store.has(name) ? 'modified' : 'added';
    this.store.set(name, object);
    this.options.onEvent({ type, object });
  }

  #remove(object: KubeObject): void {
    if (this.store.delete(object.metadata.name)) this.options.onEvent({ type: 'deleted', object });
  }
}

function unlessForbidden(error: unknown): typeof forbidden {
  if (isForbidden(error)) return forbidden;
  throw error;
}
