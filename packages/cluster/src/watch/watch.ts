import { childController, type ChildController } from '../abort/child-controller.js';
import { waitUntil } from '../abort/wait-until.js';
import { ApiError } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { listAt } from '../api/objects.js';
import { collectionPath } from '../api/paths.js';
import { pauseBefore } from '../api/retry.js';
import { apiErrorOf, noAnswer } from '../api/status-error.js';
import type { NxKubeError } from '../errors.js';
import { failureIsReported, inBackground } from '../in-background.js';
import type { GroupVersionKind, KubeObject } from '../object/kube-object.js';
import { lines } from '../streams/lines.js';

export interface WatchOptions extends GroupVersionKind {
  /** Default: all namespaces. */
  namespace?: string;
  labelSelector?: string;
  /** `metadata.name=<name>` watches one object. */
  fieldSelector?: string;
  /** Objects per request of the first list. Default: 500. */
  pageSize?: number;
  signal?: AbortSignal;
}

/** After an outage a relist reports the difference to the known objects as `added`, `modified` and `deleted`. */
export type WatchEvent<T extends KubeObject = KubeObject> =
  | { type: 'added' | 'modified' | 'deleted'; object: T }
  | { type: 'disconnected'; error: NxKubeError }
  | { type: 'reconnected' };

export interface Watcher<T extends KubeObject = KubeObject> {
  /** Objects as last seen, without `metadata.managedFields`. Keys: `namespace/name`, or `name`. */
  readonly store: ReadonlyMap<string, T>;
  /**
   * Resolves when the first list has been reported; rejects if the server refuses it permanently (403, unknown kind).
   */
  readonly synced: Promise<void>;
  /** Resolves when the watch has ended, by `stop` or the signal; rejects with the error of `onEvent`. */
  readonly done: Promise<void>;
  /** Ends the watch; delivers no further event. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Watches a kind: lists, then follows from there. Resumes from the last resourceVersion when the server ends the watch,
 * and relists when that version is too old. Reconnects with back-off through outages of the API server until it is
 * stopped. Delivers objects one after the other, without `metadata.managedFields`.
 */
export function watch<T extends KubeObject = KubeObject>(
  cluster: Cluster,
  options: WatchOptions,
  onEvent: (event: WatchEvent<T>) => void,
): Watcher<T> {
  const loop = new WatchLoop<T>(cluster, options, onEvent);
  return { store: loop.store, synced: loop.synced, done: loop.done, stop: () => loop.stop() };
}

/** Time (s) after which the server ends a quiet watch; resuming is cheap. */
const watchSeconds = 240;
/** Time-out (ms) for silence. Bookmarks come about once a minute, so longer silence means a dead connection. */
const idleTimeoutMs = 150_000;

class WatchLoop<T extends KubeObject> {
  readonly store = new Map<string, T>();
  readonly synced: Promise<void>;
  readonly done: Promise<void>;
  readonly #abort: ChildController;
  /** Version to follow from; undefined: list first. */
  #resourceVersion: string | undefined;
  /** The cluster's epoch when the last list began. */
  #epoch: number | undefined;
  #connected = true;
  #resolveSynced!: () => void;
  #rejectSynced!: (error: unknown) => void;
  #isSynced = false;
  /** Consecutive failures. */
  #failures = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: WatchOptions,
    private readonly onEvent: (event: WatchEvent<T>) => void,
  ) {
    this.synced = new Promise<void>((resolve, reject) => {
      this.#resolveSynced = resolve;
      this.#rejectSynced = reject;
    });
    // `synced` may stay unawaited: the failure is also reported as an event.
    inBackground(this.synced, failureIsReported);
    this.#abort = childController(options.signal);
    this.done = this.#run().finally(() => {
      this.#abort.release();
      this.#rejectSynced(options.signal?.reason ?? new Error('the watch was stopped'));
    });
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.done.catch(failureIsReported);
  }

  get #stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        if (this.#resourceVersion === undefined || this.#isAnotherServer) await this.#list();
        await this.#follow();
      } catch (error) {
        if (error instanceof CallbackFailure) throw error.cause;
        if (this.#stopped) return;
        const failure = error instanceof ApiError ? error : noAnswer(this.cluster.server, error);
        if (isExpired(failure)) {
          this.#resourceVersion = undefined;
          // The first time at once; then with back-off, so that the server is not hammered.
          if (this.#failures++ === 0) continue;
        } else {
          // A refused connection means that the server has stopped. Its successor may start its versions from the
          // beginning.
          if (failure.reason === 'ECONNREFUSED') this.#resourceVersion = undefined;
          if (this.#connected) this.#emit({ type: 'disconnected', error: failure });
          this.#connected = false;
          if (!this.#isSynced && isPermanent(failure)) return this.#rejectSynced(failure);
          this.#failures += 1;
        }
        await waitUntil(this.#abort.signal, { ms: pauseBefore(this.#failures - 1, failure) });
      }
    }
  }

  /** A server accepts a resourceVersion ahead of its own, and then stays silent until it gets there. */
  get #isAnotherServer(): boolean {
    return this.cluster.epoch !== this.#epoch;
  }

  async #list(): Promise<void> {
    this.#epoch = this.cluster.epoch;
    const { items, resourceVersion } = await listAt<T>(this.cluster, {
      ...this.options,
      limit: this.options.pageSize,
      signal: this.#abort.signal,
    });
    this.#reached();
    const gone = new Map(this.store);
    for (const item of items) {
      gone.delete(keyOf(item));
      this.#upsert(item);
    }
    for (const object of gone.values()) this.#delete(object);
    this.#resourceVersion = resourceVersion;
    this.#isSynced = true;
    this.#resolveSynced();
  }

  /** Follows from the last resourceVersion until the server ends the watch. */
  async #follow(): Promise<void> {
    const { apiVersion, kind, namespace, labelSelector, fieldSelector } = this.options;
    const type = await this.cluster.discover(apiVersion, kind, this.#abort.signal);
    const path = collectionPath(apiVersion, type, namespace);
    const query = {
      watch: true,
      resourceVersion: this.#resourceVersion,
      allowWatchBookmarks: true,
      timeoutSeconds: watchSeconds,
      labelSelector,
      fieldSelector,
    };
    const startedAt = Date.now();
    const body = await this.cluster.stream(path, query, { signal: this.#abort.signal, idleTimeoutMs });
    this.#reached();
    let quiet = true;
    try {
      // The epoch may have changed while the request was sent.
      if (this.#isAnotherServer) return;
      for await (const line of lines(body)) {
        if (this.#stopped) return;
        if (line === '') continue;
        this.#handle(JSON.parse(line) as ServerEvent<T>, path);
        quiet = false;
        this.#failures = 0;
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'UND_ERR_BODY_TIMEOUT') throw error;
      // Not even a bookmark came: the server may wait for a version far ahead.
      this.#resourceVersion = undefined;
    } finally {
      body.destroy();
    }
    // A watch ends normally. A server that ends each one at once must still not be hammered.
    if (quiet && Date.now() - startedAt < 1_000) {
      await waitUntil(this.#abort.signal, { ms: pauseBefore(this.#failures++, undefined) });
    } else this.#failures = 0;
  }

  #handle(event: ServerEvent<T>, path: string): void {
    if (event.type === 'ERROR') {
      const status = event.object as unknown as { code?: number };
      throw apiErrorOf({ status: status.code ?? 500, body: JSON.stringify(status) }, { method: 'WATCH', path });
    }
    if (event.type === 'ADDED' || event.type === 'MODIFIED') this.#upsert(event.object);
    else if (event.type === 'DELETED') this.#delete(event.object);
    this.#resourceVersion = event.object.metadata.resourceVersion;
  }

  #upsert(object: T): void {
    const key = keyOf(object);
    const known = this.store.get(key);
    // The object was deleted and recreated while no watch ran: two events.
    const replaced = known && known.metadata.uid !== object.metadata.uid;
    if (known && !replaced && known.metadata.resourceVersion === object.metadata.resourceVersion) return;
    delete object.metadata.managedFields;
    if (replaced) this.#delete(known);
    this.store.set(key, object);
    this.#emit({ type: known && !replaced ? 'modified' : 'added', object });
  }

  #delete(object: T): void {
    if (!this.store.delete(keyOf(object))) return;
    delete object.metadata.managedFields;
    this.#emit({ type: 'deleted', object });
  }

  #reached(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#emit({ type: 'reconnected' });
  }

  #emit(event: WatchEvent<T>): void {
    if (this.#stopped) return;
    try {
      this.onEvent(event);
    } catch (error) {
      this.#abort.abort();
      throw new CallbackFailure(error);
    }
  }
}

interface ServerEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

/** Marks errors of the caller's callback, so that they are not treated as an outage. */
class CallbackFailure extends Error {
  constructor(cause: unknown) {
    super('onEvent threw', { cause });
  }
}

function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : name;
}

function isExpired(error: ApiError): boolean {
  return error.status === 410;
}

function isPermanent(error: ApiError): boolean {
  return [400, 401, 403, 404, 405].includes(error.status);
}
