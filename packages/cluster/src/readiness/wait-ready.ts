import { childController } from '../abort/child-controller.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { read } from '../api/objects.js';
import { retry } from '../api/retry.js';
import { NxKubeError } from '../errors.js';
import { subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { failureOf } from './failure.js';
import { bindsLate, boundLater, isOpenClaim } from './late-claim.js';
import { isPod, Observation } from './observation.js';
import { status, type ObjectStatus } from './status.js';
import { podSelector } from './workload-pods.js';

export interface WaitReadyOptions {
  /** Time-out (ms). Default: 300,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called when the status of an object changes. */
  onStatus?: (ref: Ref, status: ObjectStatus) => void;
}

/**
 * Waits, by watches, until every object is `Current`. Fails at once, not at the time-out, when a workload's pods cannot
 * become ready: CrashLoopBackOff, repeated image pull errors, CreateContainerConfigError, unschedulable, refused by
 * admission or quota. The error quotes the container's last log lines if there are any.
 *
 * @throws NxKubeError ('user-code' or 'configuration' for a failed object, 'cluster' for the time-out)
 */
export async function waitReady(
  cluster: Cluster,
  refs: readonly Ref[],
  { timeoutMs = 300_000, signal, onStatus }: WaitReadyOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  const waiting = new Map<Ref, ObjectStatus>();
  const report = (ref: Ref, now: ObjectStatus) => {
    const before = waiting.get(ref);
    if (before?.status === now.status && before.message === now.message) return;
    waiting.set(ref, now);
    onStatus?.(ref, now);
  };

  // Most objects are ready at once and need no watch.
  const live = await mapConcurrently(refs, 8, (ref) => retry(() => read(cluster, ref, { signal }), { signal }));
  const late = await mapConcurrently(
    live,
    8,
    async (object) => isOpenClaim(object) && bindsLate(cluster, object, signal),
  );
  refs.forEach((ref, index) => report(ref, late[index] ? boundLater : status(live[index])));
  const open = refs.filter((ref, index) => waiting.get(ref)?.status !== 'Current' || mayCrash(live[index]));
  if (open.length === 0) return;

  const stop = childController(signal);
  const timer = setTimeout(() => stop.abort(timeOut(timeoutMs, open, waiting)), timeoutMs);
  try {
    await Promise.all(open.map((ref) => waitForOne(cluster, ref, stop.signal, (now) => report(ref, now))));
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** A workload may be ready for a moment between two crashes, so its pods count, too. */
function mayCrash(object: KubeObject | undefined): boolean {
  return object !== undefined && (podSelector(object) !== undefined || isPod(object));
}

function timeOut(timeoutMs: number, refs: readonly Ref[], waiting: ReadonlyMap<Ref, ObjectStatus>): NxKubeError {
  const open = refs.filter((ref) => waiting.get(ref)?.status !== 'Current');
  const after = `is not ready after ${Math.round(timeoutMs / 1000)} s`;
  const states = open.map((ref) => `${subject(ref)} ${after}: ${waiting.get(ref)?.message}`);
  return new NxKubeError('cluster', `${states.join('; ')}.`, {
    next: 'Look at the events and pods of these objects, or wait longer.',
  });
}

/** Waits for one object; its watches end with the promise. */
async function waitForOne(
  cluster: Cluster,
  ref: Ref,
  signal: AbortSignal,
  report: (now: ObjectStatus) => void,
): Promise<void> {
  const done = childController(signal);
  try {
    await new Promise<void>((resolve, reject) => {
      const abort = () => reject(done.signal.reason as Error);
      done.signal.addEventListener('abort', abort, { once: true });
      if (done.signal.aborted) return abort();
      const observation = new Observation(cluster, ref, done.signal, {
        report,
        ready: resolve,
        failed: (problem) => failureOf(cluster, ref, problem, signal).then(reject, reject),
        broken: reject,
      });
      observation.start();
    });
  } finally {
    done.abort();
  }
}
