import type { Culprit } from '../errors.js';
import { subject, type KubeObject } from '../object/kube-object.js';
import { conditionOf } from './status.js';

/** Reason why a workload will not become ready by waiting. */
export interface Problem {
  /** Identity: the same problem seen again has the same key. */
  key: string;
  /** Object and problem, in one sentence without the full stop. */
  message: string;
  culprit: Culprit;
  next: string;
  /** Grace period (ms): the problem counts only after it has lasted for it, because some problems pass. */
  graceMs: number;
  /** Container whose log says more. */
  log?: { pod: string; container: string };
}

interface Terminated {
  exitCode?: number;
  reason?: string;
}

interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    terminated?: Terminated;
    running?: { startedAt?: string };
  };
  lastState?: { terminated?: Terminated };
}

type Kind = Pick<Problem, 'culprit' | 'next' | 'graceMs'> & { class: string };

const imagePull: Kind = {
  class: 'image',
  culprit: 'configuration',
  next: 'Check the image’s name and that the node can pull it from its registry.',
  // One failure may be the network's; after this time the second attempt has run.
  graceMs: 10_000,
};
const create: Kind = {
  class: 'create',
  culprit: 'configuration',
  next: 'Check the container’s command, mounts and security context.',
  graceMs: 3_000,
};

const crash: Kind = {
  class: 'crash',
  culprit: 'user-code',
  next: 'Fix the program, its arguments or its environment.',
  graceMs: 0,
};

/**
 * A busy kubelet has not read the ConfigMaps and Secrets of a new pod yet, and tries again. Only then does it know
 * whether they exist.
 */
const lateKubelet: Kind = {
  class: 'late kubelet',
  culprit: 'cluster',
  next: 'Check the load of the node, and its connection to the API server.',
  graceMs: 30_000,
};

/** The same change may fix the cause, so a pod of a former revision may still come up. */
const formerGraceMs = 10_000;

/** By the reason for which a container waits. */
const waitingProblems: Readonly<Record<string, Kind>> = {
  CrashLoopBackOff: crash,
  ImagePullBackOff: imagePull,
  ErrImagePull: imagePull,
  InvalidImageName: { ...imagePull, graceMs: 0 },
  ErrImageNeverPull: { ...imagePull, graceMs: 0 },
  CreateContainerConfigError: {
    class: 'config',
    culprit: 'configuration',
    next: 'Check the ConfigMaps and Secrets that the container refers to, and its security context.',
    graceMs: 0,
  },
  CreateContainerError: create,
  RunContainerError: create,
};

/** Finds the problems that keep a pod from becoming ready. Pure. */
export function podProblems(pod: KubeObject): Problem[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses] as ContainerStatus[];
  const problems = statuses.flatMap((container) => containerProblem(pod, container));
  const unschedulable = unschedulableProblem(pod);
  return unschedulable ? [unschedulable, ...problems] : problems;
}

function containerProblem(pod: KubeObject, { name, restartCount = 0, state, lastState }: ContainerStatus): Problem[] {
  const { reason = '', message } = state?.waiting ?? {};
  // The kubelet reports CrashLoopBackOff only more than ten seconds after the second crash.
  const crashedAgain = restartCount > 0 && (state?.terminated?.exitCode ?? 0) !== 0;
  const kind = crashedAgain ? crash : waitingProblem(reason, message);
  if (!kind) return [];
  const ended = state?.terminated ?? lastState?.terminated;
  const what = crashedAgain ? `has crashed ${restartCount + 1} times` : `is in ${reason}`;
  const how = ended ? ` (last with exit code ${ended.exitCode}${ended.reason ? `, ${ended.reason}` : ''})` : '';
  // A crash loop's own message only states the back-off.
  const why = kind.class === 'crash' || !message ? '' : `: ${message.trim()}`;
  return [
    {
      key: `${pod.metadata.uid} ${name} ${kind.class}`,
      message: `container ${name} of ${subject(pod)} ${what}${how}${why}`,
      culprit: kind.culprit,
      next: kind.next,
      graceMs: kind.graceMs,
      ...(ended && { log: { pod: pod.metadata.name, container: name } }),
    },
  ];
}

function waitingProblem(reason: string, message = ''): Kind | undefined {
  const isLate = /failed to sync \w+ cache: timed out waiting for the condition/.test(message);
  return isLate && reason === 'CreateContainerConfigError' ? lateKubelet : waitingProblems[reason];
}

/**
 * Finds containers that have run for less than `forMs` since a crash. Without a readiness probe a crashing container is
 * ready for a moment in every run, so it counts as ready only if it stays up. Pure.
 *
 * @param forMs in ms
 * @param now in ms since the epoch
 * @returns keys that differ for each run
 */
export function restartedContainers(pod: KubeObject, forMs: number, now: number): string[] {
  const statuses = (pod.status?.containerStatuses ?? []) as ContainerStatus[];
  return statuses
    .filter(({ restartCount = 0, state }) => {
      const startedAt = Date.parse(state?.running?.startedAt ?? '');
      return restartCount > 0 && state?.running !== undefined && !(now - startedAt >= forMs);
    })
    .map(({ name, restartCount }) => `${pod.metadata.uid} ${name} run ${restartCount}`);
}

/**
 * Whether a container does not run: it has failed, or waits for its start. The workload's status may lag behind its
 * pods. Pure.
 */
export function isDown(pod: KubeObject): boolean {
  const statuses = (pod.status?.containerStatuses ?? []) as ContainerStatus[];
  return statuses.some(({ state }) => state?.waiting !== undefined || (state?.terminated?.exitCode ?? 0) !== 0);
}

/**
 * Finds the problems of a pod of a former revision. Its StatefulSet waits for it and never reaches the present
 * revision. Pure.
 */
export function formerPodProblems(pod: KubeObject): Problem[] {
  return podProblems(pod).map((problem) => ({
    ...problem,
    message: `${problem.message}; it is of a former revision, and the StatefulSet waits for it before it goes on`,
    next: `Delete ${subject(pod)}.`,
    graceMs: Math.max(problem.graceMs, formerGraceMs),
  }));
}

function unschedulableProblem(pod: KubeObject): Problem | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  // In a cluster that is just starting, the nodes become ready in a moment.
  if (/node\.kubernetes\.io\/(?:not-ready|unreachable|network-unavailable)/.test(scheduled.message ?? ''))
    return undefined;
  return {
    key: `${pod.metadata.uid} unschedulable`,
    message: `${subject(pod)} cannot be scheduled: ${scheduled.message}`,
    culprit: 'configuration',
    next: 'Lower the requests, or fix node selector, affinity, tolerations or volumes.',
    // Volumes may be about to be bound.
    graceMs: 5_000,
  };
}

/** Finds why a workload's controller cannot create pods: Pod Security, quota or a webhook refuses them. Pure. */
export function replicaFailure(workload: KubeObject): Problem[] {
  const failure = conditionOf(workload, 'ReplicaFailure');
  return failure?.status === 'True' ? [cannotCreatePods(workload, failure.message ?? 'FailedCreate')] : [];
}

/** As `replicaFailure`, for controllers that report the failure only as an event. */
export function failedCreateEvent(workload: KubeObject, event: KubeObject): Problem[] {
  if (event.type !== 'Warning' || event.reason !== 'FailedCreate') return [];
  return [cannotCreatePods(workload, String(event.message))];
}

function cannotCreatePods(workload: KubeObject, message: string): Problem {
  return {
    key: `${workload.metadata.uid} FailedCreate`,
    message: `${subject(workload)} cannot create pods: ${message}`,
    culprit: 'configuration',
    next: /PodSecurity/.test(message)
      ? 'Give the pods the security context that the namespace’s Pod Security level requires.'
      : 'Fix the quota, webhook or missing service account that refuses the pods.',
    // The service account of a new namespace appears a moment after the namespace.
    graceMs: 5_000,
  };
}
