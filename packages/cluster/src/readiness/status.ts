import { groupOf, type KubeObject } from '../object/kube-object.js';

export interface ObjectStatus {
  status: 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound';
  /** Reason, in one sentence without the full stop: `2 of 3 replicas are available`. */
  message: string;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Computes the status of an object by the rules of kstatus. Pure. */
export function status(object: KubeObject | undefined): ObjectStatus {
  if (!object) return { status: 'NotFound', message: 'it does not exist' };
  const { deletionTimestamp, finalizers = [], generation } = object.metadata;
  if (deletionTimestamp) {
    const held = finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : '';
    return { status: 'Terminating', message: `it is being deleted${held}` };
  }
  const observed = object.status?.observedGeneration as number | undefined;
  if (observed !== undefined && generation !== undefined && observed !== generation) {
    return inProgress('its controller has not seen the latest change yet');
  }
  const reconciling = conditionOf(object, 'Reconciling');
  if (reconciling?.status === 'True') return inProgress(textOf(reconciling));
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status === 'True') return failed(textOf(stalled));
  const rule = rules[`${object.kind}.${groupOf(object.apiVersion)}`];
  return rule ? rule(object) : byReadyCondition(object);
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return (object.status?.conditions as Condition[] | undefined)?.find((condition) => condition.type === type);
}

const rules: Readonly<Record<string, (object: KubeObject) => ObjectStatus>> = {
  'Deployment.apps': deployment,
  'StatefulSet.apps': statefulSet,
  'ReplicaSet.apps': replicaSet,
  'DaemonSet.apps': daemonSet,
  'Job.batch': job,
  'Pod.': pod,
  'PersistentVolumeClaim.': claim,
  'Namespace.': (object) => byPhase(object, 'Active'),
  'CustomResourceDefinition.apiextensions.k8s.io': customResourceDefinition,
  'Service.': service,
};

function deployment(object: KubeObject): ObjectStatus {
  if (object.spec?.paused) return current('its rollout is paused');
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return failed(textOf(progressing));
  const replicaFailure = conditionOf(object, 'ReplicaFailure');
  if (replicaFailure?.status === 'True') return inProgress(textOf(replicaFailure));
  const wanted = number(object.spec?.replicas, 1);
  const { replicas, updatedReplicas, readyReplicas, availableReplicas } = counts(object);
  if (wanted > replicas) return inProgress(`${replicas} of ${wanted} replicas exist`);
  if (wanted > updatedReplicas) return inProgress(`${updatedReplicas} of ${wanted} replicas are updated`);
  if (replicas > wanted) return inProgress(`${replicas - wanted} replicas are yet to end`);
  if (updatedReplicas > availableReplicas) {
    return inProgress(`${availableReplicas} of ${updatedReplicas} replicas are available`);
  }
  if (wanted > readyReplicas) return inProgress(`${readyReplicas} of ${wanted} replicas are ready`);
  const available = conditionOf(object, 'Available');
  if (available?.status !== 'True') return inProgress('it is not available yet');
  return current(`${availableReplicas} of ${wanted} replicas are available`);
}

function statefulSet(object: KubeObject): ObjectStatus {
  if (object.spec?.updateStrategy?.type === 'OnDelete') return current('it is updated as its pods are deleted');
  const wanted = number(object.spec?.replicas, 1);
  const { replicas, readyReplicas, currentReplicas, updatedReplicas } = counts(object);
  if (wanted > replicas) return inProgress(`${replicas} of ${wanted} replicas exist`);
  if (wanted > readyReplicas) return inProgress(`${readyReplicas} of ${wanted} replicas are ready`);
  if (replicas > wanted) return inProgress(`${replicas - wanted} replicas are yet to end`);
  const partition = object.spec?.updateStrategy?.rollingUpdate?.partition as number | undefined;
  if (partition) {
    const toUpdate = Math.max(0, wanted - partition);
    return updatedReplicas < toUpdate
      ? inProgress(`${updatedReplicas} of ${toUpdate} replicas are updated`)
      : current(`${updatedReplicas} replicas are updated, as its partition asks for`);
  }
  if (wanted > currentReplicas) return inProgress(`${updatedReplicas} of ${wanted} replicas are updated`);
  const { currentRevision, updateRevision } = object.status ?? {};
  if (currentRevision !== updateRevision) return inProgress('its replicas are being updated');
  return current(`${readyReplicas} of ${wanted} replicas are ready`);
}

function replicaSet(object: KubeObject): ObjectStatus {
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return inProgress(textOf(failure));
  const wanted = number(object.spec?.replicas, 1);
  const { replicas, availableReplicas, readyReplicas, fullyLabeledReplicas } = counts(object);
  if (wanted > fullyLabeledReplicas) return inProgress(`${fullyLabeledReplicas} of ${wanted} replicas are labelled`);
  if (wanted > availableReplicas) return inProgress(`${availableReplicas} of ${wanted} replicas are available`);
  if (wanted > readyReplicas) return inProgress(`${readyReplicas} of ${wanted} replicas are ready`);
  if (replicas > wanted) return inProgress(`${replicas - wanted} replicas are yet to end`);
  return current(`${availableReplicas} of ${wanted} replicas are available`);
}

function daemonSet(object: KubeObject): ObjectStatus {
  const { status: reported } = object;
  if (reported?.observedGeneration === undefined) return inProgress('its controller has not seen it yet');
  const wanted = number(reported.desiredNumberScheduled, 0);
  const steps: [count: unknown, what: string][] = [
    [reported.currentNumberScheduled, 'scheduled'],
    // Its pods are updated as they are deleted.
    ...(object.spec?.updateStrategy?.type === 'OnDelete'
      ? []
      : [[reported.updatedNumberScheduled, 'updated'] as [unknown, string]]),
    [reported.numberAvailable, 'available'],
    [reported.numberReady, 'ready'],
  ];
  for (const [count, what] of steps) {
    if (wanted > number(count, 0)) return inProgress(`${number(count, 0)} of ${wanted} pods are ${what}`);
  }
  return current(`${wanted} of ${wanted} pods are ready`);
}

/** A Job is current once it has started: its success is not awaited. */
function job(object: KubeObject): ObjectStatus {
  const failure = conditionOf(object, 'Failed');
  if (failure?.status === 'True') return failed(textOf(failure));
  if (conditionOf(object, 'Complete')?.status === 'True') return current('it has completed');
  if (object.spec?.suspend) return current('it is suspended');
  return object.status?.startTime ? current('it has started') : inProgress('it has not started yet');
}

function pod(object: KubeObject): ObjectStatus {
  const { phase, message, containerStatuses = [] } = object.status ?? {};
  if (phase === 'Succeeded') return current('it has completed');
  if (phase === 'Failed') return failed(message ?? 'it has failed');
  if (phase === 'Running' && conditionOf(object, 'Ready')?.status === 'True') return current('it is ready');
  const crashing = (containerStatuses as { name: string; state?: { waiting?: { reason?: string } } }[]).find(
    ({ state }) => state?.waiting?.reason === 'CrashLoopBackOff',
  );
  if (crashing) return failed(`container ${crashing.name} crashes again and again`);
  return inProgress(phase === 'Running' ? 'it is not ready yet' : 'it is pending');
}

function customResourceDefinition(object: KubeObject): ObjectStatus {
  const accepted = conditionOf(object, 'NamesAccepted');
  if (accepted?.status === 'False') return failed(textOf(accepted));
  const established = conditionOf(object, 'Established');
  if (established?.status === 'True') return current('it is established');
  if (established?.status === 'False' && established.reason !== 'Installing') return failed(textOf(established));
  return inProgress('it is not established yet');
}

function service(object: KubeObject): ObjectStatus {
  const waits = object.spec?.type === 'LoadBalancer' && !object.spec?.clusterIP;
  return waits ? inProgress('it has no cluster IP yet') : current('it exists');
}

function claim(object: KubeObject): ObjectStatus {
  return object.status?.phase === 'Lost' ? failed('its volume is lost') : byPhase(object, 'Bound');
}

function byPhase(object: KubeObject, wanted: string): ObjectStatus {
  const phase = object.status?.phase as string | undefined;
  return phase === wanted ? current(`it is ${wanted}`) : inProgress(`it is ${phase ?? 'new'}, not yet ${wanted}`);
}

function byReadyCondition(object: KubeObject): ObjectStatus {
  const ready = conditionOf(object, 'Ready');
  if (!ready) return current('it exists');
  return ready.status === 'True' ? current('it is ready') : inProgress(textOf(ready));
}

function counts(object: KubeObject) {
  const reported = (object.status ?? {}) as Record<string, unknown>;
  const count = (name: string) => number(reported[name], 0);
  return {
    replicas: count('replicas'),
    updatedReplicas: count('updatedReplicas'),
    readyReplicas: count('readyReplicas'),
    availableReplicas: count('availableReplicas'),
    currentReplicas: count('currentReplicas'),
    fullyLabeledReplicas: count('fullyLabeledReplicas'),
  };
}

function number(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

function textOf({ type, reason, message }: Condition): string {
  return message || reason || type;
}

function current(message: string): ObjectStatus {
  return { status: 'Current', message };
}

function inProgress(message: string): ObjectStatus {
  return { status: 'InProgress', message };
}

function failed(message: string): ObjectStatus {
  return { status: 'Failed', message };
}
