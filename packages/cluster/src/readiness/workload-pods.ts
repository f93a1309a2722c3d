import type { KubeObject } from '../object/kube-object.js';
import { controllerOf } from './ownership.js';

interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[];
}

/**
 * Writes a workload's pod selector as a query. Pure.
 *
 * @returns undefined for an object that is not a workload
 */
export function podSelector(workload: KubeObject): string | undefined {
  const selector = workload.spec?.selector as LabelSelector | undefined;
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(workload.kind) || !selector) return undefined;
  return [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
    }),
  ].join(',');
}

/**
 * Selects the pods of the present spec among those that match a workload's selector. Problems of pods of a former
 * revision do not count: the new revision may fix them. Pure.
 */
export function podsOfRevision(
  workload: KubeObject,
  pods: Iterable<KubeObject>,
  replicaSets: Iterable<KubeObject>,
): KubeObject[] {
  const belongs = belongsToRevision(workload, [...replicaSets]);
  return [...pods].filter((pod) => isActive(pod) && belongs(pod));
}

/**
 * Selects the pods that a workload other than a Deployment has created, of any revision, including pods that are
 * ending. Pure.
 */
export function podsOf({ metadata: { uid } }: KubeObject, pods: Iterable<KubeObject>): KubeObject[] {
  return [...pods].filter((pod) => isControlledBy(pod, uid));
}

/**
 * Selects the pods of former revisions that a StatefulSet must see ready before it continues; none for other workloads.
 * With ordered pod management it touches no further pod, and not the new revision, while one is not ready. Pure.
 */
export function podsWaitedFor(workload: KubeObject, pods: Iterable<KubeObject>): KubeObject[] {
  const { kind, spec, status } = workload;
  if (kind !== 'StatefulSet' || spec?.podManagementPolicy === 'Parallel') return [];
  if (spec?.updateStrategy?.type === 'OnDelete' || !status?.updateRevision) return [];
  return podsOf(workload, pods).filter(
    (pod) => isActive(pod) && pod.metadata.labels?.[hashLabel] !== status.updateRevision,
  );
}

/** Neither ending nor evicted: pods in both states are replaced. */
function isActive({ metadata, status }: KubeObject): boolean {
  return !metadata.deletionTimestamp && status?.phase !== 'Failed';
}

function isControlledBy(object: KubeObject, uid: string | undefined): boolean {
  return uid !== undefined && controllerOf(object)?.uid === uid;
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'controller-revision-hash';

function belongsToRevision(workload: KubeObject, replicaSets: KubeObject[]): (pod: KubeObject) => boolean {
  const { metadata, status } = workload;
  if (workload.kind === 'Deployment') {
    const revision = metadata.annotations?.[revisionAnnotation];
    const seen = status?.observedGeneration === metadata.generation;
    const replicaSet = replicaSets.find(
      (set) => isControlledBy(set, metadata.uid) && set.metadata.annotations?.[revisionAnnotation] === revision,
    );
    return (pod) => seen && revision !== undefined && isControlledBy(pod, replicaSet?.metadata.uid);
  }
  const mine = (pod: KubeObject) => isControlledBy(pod, metadata.uid);
  if (workload.kind === 'StatefulSet') {
    return (pod) => mine(pod) && pod.metadata.labels?.[hashLabel] === status?.updateRevision;
  }
  if (workload.kind === 'DaemonSet') {
    const generation = metadata.annotations?.['deprecated.daemonset.template.generation'];
    return (pod) => mine(pod) && pod.metadata.labels?.['pod-template-generation'] === generation;
  }
  return mine;
}
