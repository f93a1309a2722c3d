import type { Cluster } from '../api/cluster.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { watch, type Watcher } from '../watch/watch.js';
import { failedByStatus } from './failure.js';
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

/** How long (ms) a crashed container must run before its workload counts as ready again. */
const settlingMs = 10_000;

/** What an observation reports; after `ready`, `failed` or `broken` it reports nothing more. */
export interface Observed {
  report(now: ObjectStatus): void;
  ready(): void;
  failed(problem: Problem): void;
  /** The cluster does not let us watch. */
  broken(error: unknown): void;
}

/** What counts once it has lasted for its grace. */
type Lasting = Pick<Problem, 'key' | 'graceMs'>;

/** One object under watch and, if it is a workload, its pods with all that tells why they do not come up. */
export class Observation {
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
    const listed = () => {
      this.#unsynced -= 1;
      this.#evaluate();
    };
    this.#unsynced += 1;
    // Whoever may not see pods or events does without what they tell.
    watcher.synced.then(listed, listed);
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

export function isPod({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Pod' && apiVersion === 'v1';
}
