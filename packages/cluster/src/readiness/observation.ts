import type { Cluster } from '../api/cluster.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { watch, type Watcher } from '../watch/watch.js';
import { explained } from './explained.js';
import { failedByStatus } from './failure.js';
import { boundLater, isOpenClaim, lateReasons } from './late-claim.js';
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

/** Time (ms) that a crashed container must run before its workload counts as ready again. */
const settlingMs = 10_000;

/** Reports of an observation; after `ready`, `failed` or `broken` it reports nothing more. */
export interface Observed {
  report(now: ObjectStatus): void;
  ready(): void;
  failed(problem: Problem): void;
  /** The cluster does not allow the watch. */
  broken(error: unknown): void;
}

/** Problem that counts once it has lasted for its grace period. */
type Lasting = Pick<Problem, 'key' | 'graceMs'>;

/** Watches one object and, for a workload, its pods and the events that explain why they do not start. */
export class Observation {
  #object?: KubeObject;
  #pods?: Watcher;
  #replicaSets?: Watcher;
  #events?: Watcher;
  #claimEvents?: Watcher;
  /** Versions (by uid) of the events that existed when the wait began. Set when their first list has arrived. */
  #formerEvents?: ReadonlyMap<string | undefined, string | undefined>;
  /** First time that each lasting problem was seen. */
  readonly #since = new Map<string, number>();
  /** Watchers whose first list has not arrived. */
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
    const listed = () => {
      this.#unsynced -= 1;
      this.#evaluate();
    };
    this.#unsynced += 1;
    // A user without the right to see pods or events waits without them.
    watcher.synced.then(listed, listed);
    watcher.done.catch((error: unknown) => this.outcome.broken(error));
    return watcher;
  }

  #evaluate(): void {
    if (this.#over) return;
    const now = this.#isLateClaim() ? boundLater : status(this.#object);
    if (this.#object) this.#watchPods(this.#object);
    if (isOpenClaim(this.#object)) this.#watchClaim(this.#object);
    if (now.status === 'Current') return this.#settle(now);
    const problems = this.#problems();
    this.outcome.report(this.#object ? explained(this.#object, now, problems, this.#podsOfRevision()) : now);
    this.#observe(problems);
    const failure =
      problems.find((problem) => this.#hasLasted(problem)) ??
      (now.status === 'Failed' ? (problems[0] ?? failedByStatus(this.ref, now)) : undefined);
    if (failure) this.#fail(failure);
  }

  /** Reports ready, unless a pod contradicts its workload or a container that has crashed may crash again. */
  #settle(now: ObjectStatus): void {
    // Without the pods there is no verdict.
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

  /** Without the right to read StorageClasses, events say that a claim waits for its first pod. */
  #watchClaim({ metadata: { namespace = this.cluster.namespace, uid } }: KubeObject): void {
    const fieldSelector = `involvedObject.uid=${uid}`;
    this.#claimEvents ??= this.#watch({ apiVersion: 'v1', kind: 'Event', namespace, fieldSelector });
  }

  #isLateClaim(): boolean {
    const events = [...(this.#claimEvents?.store.values() ?? [])];
    return isOpenClaim(this.#object) && events.some(({ reason }) => lateReasons.includes(reason as string));
  }

  #problems(): Problem[] {
    const object = this.#object;
    if (!object) return [];
    const pods = this.#podsOfRevision();
    // An event outlives its cause; a pod that was made since shows that the cause is gone.
    const events = pods.length > 0 ? [] : this.#presentEvents(object);
    return [
      ...replicaFailure(object),
      ...events.flatMap((event) => failedCreateEvent(object, event)),
      ...pods.flatMap(podProblems),
      ...podsWaitedFor(object, this.#pods?.store.values() ?? []).flatMap(formerPodProblems),
    ];
  }

  /**
   * Events of the present revision. While pods of a former revision end, only events since the wait began count:
   * earlier ones may describe what the present revision fixes.
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

  /** Records when each problem was first seen. Checks again when the next one will have lasted for its grace period. */
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

/** Version of an event: a repeated event is the same object with a new version. */
function versionOf({ metadata: { uid, resourceVersion } }: KubeObject): [string | undefined, string | undefined] {
  return [uid, resourceVersion];
}

export function isPod({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Pod' && apiVersion === 'v1';
}
