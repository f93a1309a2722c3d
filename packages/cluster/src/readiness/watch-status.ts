import { waitUntil } from '../abort/wait-until.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { read } from '../api/objects.js';
import { retry } from '../api/retry.js';
import { failureIsABug, inBackground } from '../in-background.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { watch, type Watcher } from '../watch/watch.js';
import { conditionOf, status, type ObjectStatus } from './status.js';

/** An object that is not `Current`. */
export interface Unready {
  ref: Ref;
  status: ObjectStatus;
}

export interface WatchStatusOptions {
  /** Labels that all objects have: they keep the watches small. Default: none. */
  labelSelector?: string;
  signal: AbortSignal;
  /** Called with all objects that are not `Current`, each time that they change. First when all are known. */
  onChange: (unready: Unready[]) => void;
}

/** Changes within this time (ms) are reported together: a deleted namespace takes many objects along. */
const quietMs = 150;

/**
 * Watches the status of objects until the signal. Kinds that the user may not watch are left out, and so are Jobs that
 * the cluster removes when they have finished.
 */
export function watchStatus(cluster: Cluster, refs: readonly Ref[], options: WatchStatusOptions): void {
  const groups = new Map<string, Ref[]>();
  for (const ref of refs) {
    const key = JSON.stringify([ref.apiVersion, ref.kind, ref.namespace]);
    groups.set(key, [...(groups.get(key) ?? []), ref]);
  }
  const watching = new StatusWatch(cluster, options);
  groups.forEach((group) => watching.add(group));
}

class StatusWatch {
  readonly #groups: { refs: readonly Ref[]; watcher: Watcher }[] = [];
  /** Objects that end by themselves and were seen to be finished. */
  readonly #finished = new Set<string>();
  #reported = '';
  #pending = false;
  #reporting = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: WatchStatusOptions,
  ) {}

  add(refs: readonly Ref[]): void {
    const { labelSelector, signal } = this.options;
    const { apiVersion, kind, namespace, name } = refs[0]!;
    const only = refs.length === 1 ? { fieldSelector: `metadata.name=${name}` } : { labelSelector };
    const watcher = watch(this.cluster, { apiVersion, kind, namespace, ...only, signal }, (event) => {
      if (!('object' in event)) return;
      if (isFinished(event.object)) this.#finished.add(keyOf(event.object.metadata.name, refs[0]!));
      this.#changed();
    });
    const group = { refs, watcher };
    // A user without the right to watch a kind does without it.
    watcher.synced.then(
      () => {
        this.#groups.push(group);
        this.#changed();
      },
      () => {},
    );
    inBackground(watcher.done, failureIsABug);
  }

  #changed(): void {
    this.#pending = true;
    if (!this.#reporting) inBackground(this.#report(), failureIsABug);
  }

  async #report(): Promise<void> {
    const { signal, onChange } = this.options;
    this.#reporting = true;
    while (this.#pending) {
      await waitUntil(signal, { ms: quietMs });
      if (signal.aborted) return;
      this.#pending = false;
      const unready = await this.#unready();
      if (signal.aborted) return;
      const text = JSON.stringify(unready);
      if (text !== this.#reported) onChange(unready);
      this.#reported = text;
    }
    this.#reporting = false;
  }

  async #unready(): Promise<Unready[]> {
    const known = this.#groups.flatMap(({ refs, watcher }) => {
      const objects = new Map([...watcher.store.values()].map((object) => [object.metadata.name, object]));
      return refs.map((ref) => ({ ref, object: objects.get(ref.name) }));
    });
    const expected = known.filter(({ ref, object }) => object || !this.#finished.has(keyOf(ref.name, ref)));
    const live = await mapConcurrently(expected, 8, async ({ ref, object }) => ({
      ref,
      // Race: the watch may be behind, or the object has lost the labels.
      status: status(object ?? (await this.#read(ref))),
    }));
    return live.filter((one) => one.status.status !== 'Current');
  }

  /** Without an answer of the server, the object counts as there: nothing is known about it. */
  async #read(ref: Ref): Promise<KubeObject | undefined> {
    const { signal } = this.options;
    try {
      return await retry(() => read(this.cluster, ref, { signal }), { forMs: Number.MAX_SAFE_INTEGER, signal });
    } catch {
      return { ...ref, metadata: { name: ref.name } };
    }
  }
}

function keyOf(name: string, { apiVersion, kind, namespace }: Ref): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

/** Whether the cluster may remove an object because it has done its work. */
function isFinished(object: KubeObject): boolean {
  if (object.kind !== 'Job' || object.spec?.ttlSecondsAfterFinished === undefined) return false;
  return ['Complete', 'Failed'].some((type) => conditionOf(object, type)?.status === 'True');
}
