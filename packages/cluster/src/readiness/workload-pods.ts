import type { KubeObject } from '../object/kube-object.js';

interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[];
}

/** A workload's pod selector in the form of a query; undefined for what is no workload. Pure. */
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
 * Of the pods that match a workload's selector, those that its present spec asks for: what is wrong with pods of a former
 * revision is about to be mended. Pure.
 */
export function podsOfRevision(
  workload: KubeObject,
  pods: Iterable<KubeObject>,
  replicaSets: Iterable<KubeObject>,
): KubeObject[] {
  const belongs = belongsToRevision(workload, [...replicaSets]);
  return [...pods].filter((pod) => isActive(pod) && belongs(pod));
}

/** All pods that a workload other than a Deployment has made itself, of whatever revision, also those that are ending. Pure. */
export function podsOf({ metadata: { uid } }: KubeObject, pods: Iterable<KubeObject>): KubeObject[] {
  return [...pods].filter((pod) => isControlledBy(pod, uid));
}

/**
 * The pods of former revisions that a StatefulSet does not replace until they are ready; none for other workloads. One that makes
 * and ends its pods in order looks at no further pod, and not at the new revision either, while one is not ready. Pure.
 */
export function podsWaitedFor(workload: KubeObject, pods: Iterable<KubeObject>): KubeObject[] {
  const { kind, spec, status } = workload;
  if (kind !== 'StatefulSet' || spec?.podManagementPolicy === 'Parallel') return [];
  if (spec?.updateStrategy?.type === 'OnDelete' || !status?.updateRevision) return [];
  return podsOf(workload, pods).filter(
    (pod) => isActive(pod) && pod.metadata.labels?.[hashLabel] !== status.updateRevision,
  );
}

/** Neither ending nor evicted: both are replaced. */
function isActive({ metadata, status }: KubeObject): boolean {
  return !metadata.deletionTimestamp && status?.phase !== 'Failed';
}

function isControlledBy(object: KubeObject, uid: string | undefined): boolean {
  if (uid === undefined) return false;
  return object.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid) ?? false;
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
