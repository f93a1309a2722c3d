import { childController } from '../abort/child-controller.js';
import { isNotFound } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { read } from '../api/objects.js';
import { retry } from '../api/retry.js';
import { NxKubeError } from '../errors.js';
import { failureIsABug, inBackground } from '../in-background.js';
import { subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { watch } from '../watch/watch.js';

export interface WaitGoneOptions {
  timeoutMs: number;
  signal?: AbortSignal;
}

/** One particular object: another object of the same name does not count. */
export interface Identified {
  ref: Ref;
  uid: string;
}

/**
 * Waits until objects do not exist any more.
 *
 * @throws NxKubeError ('cluster') after the time-out; it names each object that is left, and the finalizers that hold
 * it
 */
export async function waitGone(
  cluster: Cluster,
  objects: readonly Identified[],
  { timeoutMs, signal }: WaitGoneOptions,
): Promise<void> {
  // Most objects are gone at once and need no watch.
  const live = await mapConcurrently(objects, 8, ({ ref }) => retry(() => read(cluster, ref, { signal }), { signal }));
  const left = live.filter((object, index) => object !== undefined && object.metadata.uid === objects[index]!.uid);
  if (left.length === 0) return;

  const last = new Map(left.map((object) => [object!.metadata.uid!, object!]));
  const stop = childController(signal);
  const timer = setTimeout(() => stop.abort(stillThere([...last.values()], timeoutMs)), timeoutMs);
  try {
    await Promise.all(
      [...last.values()].map(async (object) => {
        await goneOne(cluster, object, stop.signal, (seen) => last.set(seen.metadata.uid!, seen));
        last.delete(object.metadata.uid!);
      }),
    );
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

async function goneOne(
  cluster: Cluster,
  { apiVersion, kind, metadata: { namespace, name, uid } }: KubeObject,
  signal: AbortSignal,
  onSeen: (object: KubeObject) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const what = { apiVersion, kind, namespace, fieldSelector: `metadata.name=${name}` };
    const watcher = watch(cluster, what, (event) => {
      if ((event.type === 'added' || event.type === 'modified') && event.object.metadata.uid === uid)
        onSeen(event.object);
      else if (event.type !== 'disconnected' && event.type !== 'reconnected') check();
    });
    const finish = (settle: () => void) => {
      signal.removeEventListener('abort', abort);
      inBackground(watcher.stop(), failureIsABug);
      settle();
    };
    const check = () => {
      if ([...watcher.store.values()][0]?.metadata.uid !== uid) finish(resolve);
    };
    const abort = () => finish(() => reject(signal.reason as Error));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    // Deleting a CRD deletes the objects of its kind.
    watcher.synced.then(check, (error: unknown) =>
      finish(() => (isNotFound(error) ? resolve() : reject(error as Error))),
    );
  });
}

function stillThere(objects: readonly KubeObject[], timeoutMs: number): NxKubeError {
  const held = objects.some(({ metadata: { finalizers = [] } }) => finalizers.length > 0);
  const names = objects.map((object) => {
    const { finalizers = [] } = object.metadata;
    return finalizers.length > 0 ? `${subject(object)} (held by ${finalizers.join(', ')})` : subject(object);
  });
  return new NxKubeError('cluster', `${names.join('; ')}: still there after ${Math.round(timeoutMs / 1000)} s.`, {
    next: held
      ? 'Let the controller that owns the finalizers run; only if there is none, remove them from metadata.finalizers.'
      : 'Look at the status of these objects, and try again.',
  });
}
