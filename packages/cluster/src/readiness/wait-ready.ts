import { childController } from '../abort/child-controller.js';
import { mapConcurrently } from '../api/concurrently.js';
import { read } from '../api/objects.js';
import { retry } from '../api/retry.js';
import type { Cluster } from '../api/cluster.js';
import { NxKubeError } from '../errors.js';
import { subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { logs } from '../streams/logs.js';
import { watch, type Watcher } from '../watch/watch.js';
import {
  failedCreateEvent,
  formerPodProblems,
  isDown,
  podProblems,
  replicaFailure,
  restartedContainers,
  type Problem,
} from './problems.js';
import { status, type ObjectStatus } from './status.js';
import { podSelector, podsOf, podsOfRevision, podsWaitedFor } from './workload-pods.js';

export interface WaitReadyOptions {
  /** Default: 300,000 ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called whenever the status of an object changes. */
  onStatus?: (ref: Ref, status: ObjectStatus) => void;
}

/** What has crashed is ready again when it has run for so long. */
const settlingMs = 10_000;
/** Lines of a crashed container's log that a message quotes. */
const quotedLogLines = 10;

/**
 * Waits, by watches, until every object is `Current`. Fails at once, not at the deadline, when a workload's pods cannot become
 * ready: CrashLoopBackOff, repeated image pull errors, CreateContainerConfigError, unschedulable, pods refused by
 * admission or quota; with the container's last log lines where there are any.
 *
 * @throws NxKubeError ('user-code' or 'configuration' for a failed object, 'cluster' for time-out)
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

  // What is ready already, as most objects are at once, needs no watch.
  const live = await mapConcurrently(refs, 8, (ref) => retry(() => read(cluster, ref, { signal }), { signal }));
  refs.forEach((ref, index) => report(ref, status(live[index])));
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

/** A workload may be ready for a moment between two crashes: its pods are looked at too. */
function mayCrash(object: KubeObject | undefined): boolean {
  return object !== undefined && (podSelector(object) !== undefined || isPod(object));
}

function isPod({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Pod' && apiVersion === 'v1';
}

function timeOut(timeoutMs: number, refs: readonly Ref[], waiting: ReadonlyMap<Ref, ObjectStatus>): NxKubeError {
  const open = refs.filter((ref) => waiting.get(ref)?.status !== 'Current');
  const states = open.map((ref) => `${subject(ref)}: ${waiting.get(ref)?.message}`);
  return new NxKubeError('cluster', `Not ready after ${Math.round(timeoutMs / 1000)} s: ${states.join('; ')}.`, {
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

interface Observed {
  report(now: ObjectStatus): void;
  ready(): void;
  failed(problem: Problem): void;
  /** The cluster does not let us watch. */
  broken(error: unknown): void;
}

/** What counts once it has lasted for its grace. */
type Lasting = Pick<Problem, 'key' | 'graceMs'>;

/** One object under watch and, if it is a workload, its pods with all that tells why they do not come up. */
class Observation {
  #object?: KubeObject;
  #pods?: Watcher;
  #replicaSets?: Watcher;
  #events?: Watcher;
  /** Version by uid of the events that were there when the wait began; set once the first list of them is reported. */
  #formerEvents?: ReadonlyMap<string | undefined, string | undefined>;
  /** When each problem that lasts was first seen. */
  readonly #since = new Map<string, number>();
  /** Watchers whose first list has not been reported. */
  #unsynced = 0;
  #recheck?: NodeJS.Timeout;
  #over = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly ref: Ref,
    private readonly signal: AbortSignal,
    private readonly outcome: Observed,
  ) {
    signal.addEventListener('abort', () => this.#end(), { once: true });
  }

  start(): void {
    const { apiVersion, kind, namespace = this.cluster.namespace, name } = this.ref;
    const watcher = this.#watch({ apiVersion, kind, namespace, fieldSelector: `metadata.name=${name}` }, () => {
      this.#object = [...watcher.store.values()][0];
    });
    watcher.synced.catch((error: unknown) => this.#over || this.outcome.broken(error));
  }

  #watch(
    what: { apiVersion: string; kind: string; namespace: string; labelSelector?: string; fieldSelector?: string },
    changed?: () => void,
  ): Watcher {
    const watcher = watch(this.cluster, { ...what, signal: this.signal }, (event) => {
      if (event.type === 'disconnected' || event.type === 'reconnected') return;
      changed?.();
      this.#evaluate();
    });
    this.#unsynced += 1;
    // Whoever may not see pods or events does without what they tell.
    void watcher.synced
      .catch(() => {})
      .then(() => {
        this.#unsynced -= 1;
        this.#evaluate();
      });
    watcher.done.catch((error: unknown) => this.outcome.broken(error));
    return watcher;
  }

  #evaluate(): void {
    if (this.#over) return;
    const now = status(this.#object);
    if (this.#object) this.#watchPods(this.#object);
    if (now.status === 'Current') return this.#settle(now);
    this.outcome.report(now);
    const problems = this.#problems();
    this.#observe(problems);
    const failure =
      problems.find((problem) => this.#hasLasted(problem)) ??
      (now.status === 'Failed' ? (problems[0] ?? failedByStatus(this.ref, now)) : undefined);
    if (failure) this.#fail(failure);
  }

  /** Ready, unless a pod says otherwise before its workload does, or something that has crashed may be about to crash again. */
  #settle(now: ObjectStatus): void {
    // without its pods there is no telling
    if (this.#unsynced > 0) return;
    const at = Date.now();
    const pods = this.#podsOfRevision();
    const problems = pods.flatMap(podProblems);
    const restarted = pods
      .flatMap((pod) => restartedContainers(pod, settlingMs, at))
      .map((key) => ({ key, graceMs: settlingMs }));
    this.#observe([...problems, ...restarted]);
    const failure = problems.find((problem) => this.#hasLasted(problem));
    if (failure) return this.#fail(failure);
    if (problems.length > 0 || pods.some(isDown)) {
      return this.outcome.report({ status: 'InProgress', message: 'a container does not run' });
    }
    if (!restarted.every((run) => this.#hasLasted(run))) {
      return this.outcome.report({ status: 'InProgress', message: 'it has crashed, and runs again' });
    }
    this.outcome.report(now);
    this.#end();
    this.outcome.ready();
  }

  #fail(problem: Problem): void {
    this.#end();
    this.outcome.failed(problem);
  }

  #watchPods(object: KubeObject): void {
    const selector = podSelector(object);
    if (this.#pods || selector === undefined) return;
    const { namespace = this.cluster.namespace, uid } = object.metadata;
    this.#pods = this.#watch({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: selector });
    if (object.kind === 'Deployment') {
      this.#replicaSets = this.#watch({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        namespace,
        labelSelector: selector,
      });
    } else {
      const fieldSelector = `involvedObject.uid=${uid},reason=FailedCreate`;
      const events = this.#watch({ apiVersion: 'v1', kind: 'Event', namespace, fieldSelector });
      this.#events = events;
      events.synced.then(
        () => (this.#formerEvents = new Map([...events.store.values()].map(versionOf))),
        () => {},
      );
    }
  }

  #problems(): Problem[] {
    const object = this.#object;
    if (!object) return [];
    const pods = this.#podsOfRevision();
    // Events stay when what they tell of is over; a pod that was made since shows that it is.
    const events = pods.length > 0 ? [] : this.#presentEvents(object);
    return [
      ...replicaFailure(object),
      ...events.flatMap((event) => failedCreateEvent(object, event)),
      ...pods.flatMap(podProblems),
      ...podsWaitedFor(object, this.#pods?.store.values() ?? []).flatMap(formerPodProblems),
    ];
  }

  /**
   * While there are pods of a former revision, whose end takes its time, only what was told since the wait began: what was told before
   * may be what the present revision has mended.
   */
  #presentEvents(object: KubeObject): KubeObject[] {
    const events = [...(this.#events?.store.values() ?? [])];
    if (podsOf(object, this.#pods?.store.values() ?? []).length === 0) return events;
    const former = this.#formerEvents;
    return events.filter((event) => {
      const [uid, version] = versionOf(event);
      return former !== undefined && former.get(uid) !== version;
    });
  }

  #podsOfRevision(): KubeObject[] {
    const object = this.#object;
    if (!object) return [];
    if (isPod(object)) return [object];
    return podsOfRevision(object, this.#pods?.store.values() ?? [], this.#replicaSets?.store.values() ?? []);
  }

  /** Notes since when each of the observations has been made; looks again when the next one will have lasted for its grace. */
  #observe(observations: readonly Lasting[]): void {
    const present = new Set(observations.map(({ key }) => key));
    for (const key of this.#since.keys()) if (!present.has(key)) this.#since.delete(key);
    for (const key of present) if (!this.#since.has(key)) this.#since.set(key, Date.now());
    const open = observations.map((observation) => this.#left(observation)).filter((ms) => ms > 0);
    clearTimeout(this.#recheck);
    if (open.length > 0) this.#recheck = setTimeout(() => this.#evaluate(), Math.min(...open));
  }

  #hasLasted(observation: Lasting): boolean {
    return this.#left(observation) <= 0;
  }

  #left({ key, graceMs }: Lasting): number {
    return (this.#since.get(key) ?? Date.now()) + graceMs - Date.now();
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#recheck);
  }
}

/** Of an event: the same again is told by a new version of it. */
function versionOf({ metadata: { uid, resourceVersion } }: KubeObject): [string | undefined, string | undefined] {
  return [uid, resourceVersion];
}

function failedByStatus(ref: Ref, { message }: ObjectStatus): Problem {
  return {
    key: 'status',
    message: `${subject(ref)} has failed: ${message}`,
    culprit: 'configuration',
    next: 'Look at the object’s conditions and events.',
    graceMs: 0,
  };
}

async function failureOf(cluster: Cluster, ref: Ref, problem: Problem, signal: AbortSignal): Promise<NxKubeError> {
  const namespace = ref.namespace ?? cluster.namespace;
  const lines = problem.log ? await lastLines(cluster, { namespace, ...problem.log }, signal) : [];
  const quoted = lines.length > 0 ? `. Its last lines:\n${lines.map((line) => `    ${line}`).join('\n')}` : '';
  const prefix = problem.message.startsWith(subject(ref)) ? '' : `${subject(ref)}: `;
  return new NxKubeError(problem.culprit, `${prefix}${problem.message}${quoted}`, { next: problem.next });
}

async function lastLines(
  cluster: Cluster,
  of: { namespace: string; pod: string; container: string },
  signal: AbortSignal,
): Promise<string[]> {
  // Between two runs the log is the last one's; when the next run has just begun, that is the previous one's.
  for (const previous of [false, true]) {
    try {
      const lines: string[] = [];
      for await (const line of logs(cluster, { ...of, tailLines: quotedLogLines, previous, signal })) lines.push(line);
      if (lines.length > 0) return lines;
    } catch {
      // The log is a help, not the point: without it the problem is still told.
    }
  }
  return [];
}
