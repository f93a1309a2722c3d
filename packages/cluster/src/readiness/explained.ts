import { subject, type KubeObject } from '../object/kube-object.js';
import type { Problem } from './problems.js';
import type { ObjectStatus } from './status.js';
import { podSelector } from './workload-pods.js';

/**
 * Adds to the status of an object what keeps it from becoming ready: its first problem, else what a container of its
 * pods waits for. The status of a workload counts its pods then. Pure.
 *
 * @param problems those that are seen now, also those that may pass
 * @param pods the pods of the workload's present spec
 */
export function explained(
  object: KubeObject,
  now: ObjectStatus,
  problems: readonly Pick<Problem, 'message'>[],
  pods: readonly KubeObject[],
): ObjectStatus {
  const reason = problems[0]?.message.replace(`${subject(object)} `, '') ?? pods.flatMap(waitingContainers)[0];
  return reason === undefined ? now : { ...now, message: `${counted(object, now)}: ${reason}` };
}

/** The message of a status, if it counts pods already, or the number of ready pods. */
function counted(object: KubeObject, { message }: ObjectStatus): string {
  if (/^\d+ of \d+ /.test(message) || podSelector(object) === undefined) return message;
  const { spec, status } = object;
  const [ready, wanted] =
    object.kind === 'DaemonSet'
      ? [status?.numberReady, status?.desiredNumberScheduled]
      : [status?.readyReplicas, spec?.replicas ?? 1];
  return `${ready ?? 0} of ${wanted ?? 0} replicas are ready`;
}

function waitingContainers(pod: KubeObject): string[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const statuses = [...initContainerStatuses, ...containerStatuses] as {
    name: string;
    state?: { waiting?: { reason?: string; message?: string } };
  }[];
  return statuses.flatMap(({ name, state }) => {
    const { reason, message } = state?.waiting ?? {};
    // Every container waits for the init containers: those say more.
    if (!reason || reason === 'PodInitializing') return [];
    return [`container ${name} of ${subject(pod)} waits: ${reason}${message ? ` (${message})` : ''}`];
  });
}
