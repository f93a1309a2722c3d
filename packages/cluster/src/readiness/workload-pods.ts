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
  return [...pods].filter((pod) => !pod.metadata.deletionTimestamp && belongs(pod));
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

function belongsToRevision(workload: KubeObject, replicaSets: KubeObject[]): (pod: KubeObject) => boolean {
  const { metadata, status } = workload;
  const controls = (object: KubeObject, uid: string | undefined) =>
    uid !== undefined &&
    (object.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid) ?? false);
  if (workload.kind === 'Deployment') {
    const revision = metadata.annotations?.[revisionAnnotation];
    const seen = status?.observedGeneration === metadata.generation;
    const replicaSet = replicaSets.find(
      (set) => controls(set, metadata.uid) && set.metadata.annotations?.[revisionAnnotation] === revision,
    );
    return (pod) => seen && revision !== undefined && controls(pod, replicaSet?.metadata.uid);
  }
  const mine = (pod: KubeObject) => controls(pod, metadata.uid);
  if (workload.kind === 'StatefulSet') {
    return (pod) => mine(pod) && pod.metadata.labels?.['controller-revision-hash'] === status?.updateRevision;
  }
  if (workload.kind === 'DaemonSet') {
    const generation = metadata.annotations?.['deprecated.daemonset.template.generation'];
    return (pod) => mine(pod) && pod.metadata.labels?.['pod-template-generation'] === generation;
  }
  return mine;
}
