import type { Culprit } from '../errors.js';
import { subject, type KubeObject } from '../object/kube-object.js';
import { conditionOf } from './status.js';

/** A reason why a workload will not become ready by waiting. */
export interface Problem {
  /** The same for the same problem seen again. */
  key: string;
  /** Object and problem, in one sentence without the full stop. */
  message: string;
  culprit: Culprit;
  next: string;
  /** How long it must last to count, in ms: some pass by themselves. */
  graceMs: number;
  /** Whose log says more. */
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
  // One failure may be the network's; by then the second attempt has been made.
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
  next: 'Mend the program, or its arguments and environment.',
  graceMs: 0,
};

/** What it failed for may come with the same change as the new revision: it may yet come up. */
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

/** Why a pod will not become ready, if so. Pure. */
export function podProblems(pod: KubeObject): Problem[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses] as ContainerStatus[];
  const problems = statuses.flatMap((container) => containerProblem(pod, container));
  const unschedulable = unschedulableProblem(pod);
  return unschedulable ? [unschedulable, ...problems] : problems;
}

function containerProblem(pod: KubeObject, { name, restartCount = 0, state, lastState }: ContainerStatus): Problem[] {
  const { reason = '', message } = state?.waiting ?? {};
  // The kubelet calls it a crash loop only when it looks again, more than ten seconds after the second crash.
  const crashedAgain = restartCount > 0 && (state?.terminated?.exitCode ?? 0) !== 0;
  const kind = crashedAgain ? crash : waitingProblems[reason];
  if (!kind) return [];
  const ended = state?.terminated ?? lastState?.terminated;
  const what = crashedAgain ? `has crashed ${restartCount + 1} times` : `is in ${reason}`;
  const how = ended ? ` (last with exit code ${ended.exitCode}${ended.reason ? `, ${ended.reason}` : ''})` : '';
  // A crash loop's own message only tells how long the back-off is.
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

/**
 * Containers that run again after a crash, since less than `forMs`, by keys that differ for each run. Without a readiness probe a
 * crashing container is ready for a moment in every run, so what has crashed is ready only if it stays. Pure.
 *
 * @param now in ms since the epoch
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

/** Whether a container does not run: it has failed, or waits to be started. What is above the pod may not have seen that yet. Pure. */
export function isDown(pod: KubeObject): boolean {
  const statuses = (pod.status?.containerStatuses ?? []) as ContainerStatus[];
  return statuses.some(({ state }) => state?.waiting !== undefined || (state?.terminated?.exitCode ?? 0) !== 0);
}

/** Why a pod of a former revision will not become ready, so that its StatefulSet never comes to the present one. Pure. */
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
  // A cluster that is just starting: its nodes will be ready in a moment.
  if (/node\.kubernetes\.io\/(?:not-ready|unreachable|network-unavailable)/.test(scheduled.message ?? ''))
    return undefined;
  return {
    key: `${pod.metadata.uid} unschedulable`,
    message: `${subject(pod)} cannot be scheduled: ${scheduled.message}`,
    culprit: 'configuration',
    next: 'Lower the requests, or mend node selector, affinity, tolerations or volumes.',
    // as volumes may be about to be bound
    graceMs: 5_000,
  };
}

/** Why a workload's controller cannot make pods at all: refused by Pod Security, quota or a webhook. Pure. */
export function replicaFailure(workload: KubeObject): Problem[] {
  const failure = conditionOf(workload, 'ReplicaFailure');
  return failure?.status === 'True' ? [cannotCreatePods(workload, failure.message ?? 'FailedCreate')] : [];
}

/** The same, for controllers that tell it only as an event. */
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
      ? 'Give the pods the security context that the namespace’s Pod Security level asks for.'
      : 'Mend what refuses the pods: a quota, a webhook, or a missing service account.',
    // The service account of a new namespace appears a moment after it.
    graceMs: 5_000,
  };
}
