import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../object/kube-object.js';
import { status, type ObjectStatus } from './status.js';

function object(apiVersion: string, kind: string, body: Record<string, unknown> = {}, metadata = {}): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x', generation: 2, ...metadata }, ...body };
}

function condition(type: string, value: string, reason?: string, message?: string) {
  return { conditions: [{ type, status: value, reason, message }] };
}

const available = condition('Available', 'True').conditions;
const full = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
const fullSet = {
  replicas: 2,
  readyReplicas: 2,
  currentReplicas: 2,
  updatedReplicas: 2,
  currentRevision: 'a',
  updateRevision: 'a',
};
const fullDaemon = {
  observedGeneration: 2,
  desiredNumberScheduled: 2,
  currentNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
  numberReady: 2,
};

function deployment(reported: object, spec: object = { replicas: 2 }): KubeObject {
  return object('apps/v1', 'Deployment', { spec, status: reported });
}

function statefulSet(reported: object, spec: object = { replicas: 2 }): KubeObject {
  return object('apps/v1', 'StatefulSet', { spec, status: reported });
}

type Row = [what: string, object: KubeObject | undefined, status: ObjectStatus['status'], message?: string | RegExp];

describe('status', () => {
  it.each<Row>([
    ['nothing', undefined, 'NotFound'],
    [
      'an object that is being deleted',
      object('v1', 'ConfigMap', {}, { deletionTimestamp: 'x' }),
      'Terminating',
      'it is being deleted',
    ],
    [
      'an object that is held by finalizers',
      object('v1', 'ConfigMap', {}, { deletionTimestamp: 'x', finalizers: ['a/b', 'c/d'] }),
      'Terminating',
      'it is being deleted, held by a/b, c/d',
    ],
    [
      'an object that its controller has not seen',
      object('x/v1', 'X', { status: { observedGeneration: 1 } }),
      'InProgress',
      /latest change/,
    ],
    ['an object that its controller has seen', object('x/v1', 'X', { status: { observedGeneration: 2 } }), 'Current'],
    [
      'Reconciling',
      object('x/v1', 'X', { status: condition('Reconciling', 'True', 'R', 'busy') }),
      'InProgress',
      'busy',
    ],
    ['Stalled', object('x/v1', 'X', { status: condition('Stalled', 'True', 'BadSpec') }), 'Failed', 'BadSpec'],
    ['an object without conditions', object('v1', 'ConfigMap'), 'Current'],
    ['a custom resource that is Ready', object('x/v1', 'X', { status: condition('Ready', 'True') }), 'Current'],
    [
      'a custom resource that is not Ready',
      object('x/v1', 'X', { status: condition('Ready', 'False', 'No', 'nope') }),
      'InProgress',
      'nope',
    ],
    [
      'a custom resource that may be Ready',
      object('x/v1', 'X', { status: condition('Ready', 'Unknown') }),
      'InProgress',
    ],

    ['a new Deployment', deployment({}), 'InProgress', '0 of 2 replicas exist'],
    [
      'a Deployment past its deadline',
      deployment(condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'late')),
      'Failed',
      'late',
    ],
    [
      'a Deployment whose pods are refused',
      deployment(condition('ReplicaFailure', 'True', 'FailedCreate', 'quota')),
      'InProgress',
      'quota',
    ],
    [
      'a Deployment being updated',
      deployment({ ...full, updatedReplicas: 1 }),
      'InProgress',
      '1 of 2 replicas are updated',
    ],
    ['a Deployment with old pods', deployment({ ...full, replicas: 3 }), 'InProgress', '1 replicas are yet to end'],
    [
      'a Deployment not available',
      deployment({ ...full, availableReplicas: 1 }),
      'InProgress',
      '1 of 2 replicas are available',
    ],
    ['a Deployment not ready', deployment({ ...full, readyReplicas: 1 }), 'InProgress', '1 of 2 replicas are ready'],
    ['a Deployment without Available', deployment(full), 'InProgress', 'it is not available yet'],
    ['a Deployment', deployment({ ...full, conditions: available }), 'Current', '2 of 2 replicas are available'],
    ['a Deployment of none', deployment({ conditions: available }, { replicas: 0 }), 'Current'],
    ['a Deployment by default of one', deployment({}, {}), 'InProgress', '0 of 1 replicas exist'],

    ['a new StatefulSet', statefulSet({}), 'InProgress', '0 of 2 replicas exist'],
    [
      'a StatefulSet not ready',
      statefulSet({ ...fullSet, readyReplicas: 1 }),
      'InProgress',
      '1 of 2 replicas are ready',
    ],
    ['a StatefulSet shrinking', statefulSet({ ...fullSet, replicas: 3 }), 'InProgress'],
    ['a StatefulSet being updated', statefulSet({ ...fullSet, currentReplicas: 1 }), 'InProgress'],
    ['a StatefulSet with another revision', statefulSet({ ...fullSet, updateRevision: 'b' }), 'InProgress'],
    ['a StatefulSet', statefulSet(fullSet), 'Current'],
    ['a StatefulSet updated on delete', statefulSet({}, { updateStrategy: { type: 'OnDelete' } }), 'Current'],
    [
      'a StatefulSet updated in part',
      statefulSet(
        { ...fullSet, updatedReplicas: 1, currentReplicas: 1 },
        { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
      ),
      'Current',
    ],
    [
      'a StatefulSet to be updated in part',
      statefulSet(
        { ...fullSet, updatedReplicas: 0 },
        { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
      ),
      'InProgress',
      '0 of 1 replicas are updated',
    ],

    ['a new DaemonSet', object('apps/v1', 'DaemonSet'), 'InProgress'],
    [
      'a DaemonSet being updated',
      object('apps/v1', 'DaemonSet', { status: { ...fullDaemon, updatedNumberScheduled: 1 } }),
      'InProgress',
      '1 of 2 pods are updated',
    ],
    [
      'a DaemonSet not ready',
      object('apps/v1', 'DaemonSet', { status: { ...fullDaemon, numberReady: 0 } }),
      'InProgress',
    ],
    ['a DaemonSet', object('apps/v1', 'DaemonSet', { status: fullDaemon }), 'Current'],

    [
      'a ReplicaSet not available',
      object('apps/v1', 'ReplicaSet', { spec: { replicas: 1 }, status: { fullyLabeledReplicas: 1 } }),
      'InProgress',
    ],
    [
      'a ReplicaSet',
      object('apps/v1', 'ReplicaSet', {
        spec: { replicas: 1 },
        status: { replicas: 1, fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1 },
      }),
      'Current',
    ],

    ['a new Job', object('batch/v1', 'Job'), 'InProgress'],
    ['a Job that has started', object('batch/v1', 'Job', { status: { startTime: 'x' } }), 'Current'],
    [
      'a Job that has failed',
      object('batch/v1', 'Job', { status: { startTime: 'x', ...condition('Failed', 'True', 'BackoffLimitExceeded') } }),
      'Failed',
      'BackoffLimitExceeded',
    ],
    ['a Job that is done', object('batch/v1', 'Job', { status: condition('Complete', 'True') }), 'Current'],

    ['a pending Pod', object('v1', 'Pod', { status: { phase: 'Pending' } }), 'InProgress', 'it is pending'],
    ['a running Pod', object('v1', 'Pod', { status: { phase: 'Running' } }), 'InProgress', 'it is not ready yet'],
    ['a ready Pod', object('v1', 'Pod', { status: { phase: 'Running', ...condition('Ready', 'True') } }), 'Current'],
    ['a Pod that is done', object('v1', 'Pod', { status: { phase: 'Succeeded' } }), 'Current'],
    [
      'a Pod that failed',
      object('v1', 'Pod', { status: { phase: 'Failed', message: 'evicted' } }),
      'Failed',
      'evicted',
    ],
    [
      'a crashing Pod',
      object('v1', 'Pod', {
        status: {
          phase: 'Running',
          containerStatuses: [{ name: 'c', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
        },
      }),
      'Failed',
      /container c/,
    ],

    [
      'a new claim',
      object('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } }),
      'InProgress',
      'it is Pending, not yet Bound',
    ],
    ['a claim whose volume is lost', object('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } }), 'Failed'],
    ['a suspended Job', object('batch/v1', 'Job', { spec: { suspend: true } }), 'Current', 'it is suspended'],
    [
      'a paused Deployment',
      deployment({ replicas: 2, updatedReplicas: 0 }, { replicas: 2, paused: true }),
      'Current',
      'its rollout is paused',
    ],
    [
      'a DaemonSet that updates pods as they are deleted',
      object('apps/v1', 'DaemonSet', {
        spec: { updateStrategy: { type: 'OnDelete' } },
        status: { ...fullDaemon, updatedNumberScheduled: 0 },
      }),
      'Current',
    ],
    [
      'a LoadBalancer without an address',
      object('v1', 'Service', { spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' }, status: { loadBalancer: {} } }),
      'Current',
    ],
    [
      'an Ingress without an address',
      object('networking.k8s.io/v1', 'Ingress', { status: { loadBalancer: {} } }),
      'Current',
    ],
    ['a bound claim', object('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }), 'Current'],
    ['a Namespace', object('v1', 'Namespace', { status: { phase: 'Active' } }), 'Current'],

    ['a new CRD', object('apiextensions.k8s.io/v1', 'CustomResourceDefinition'), 'InProgress'],
    [
      'a CRD being installed',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        status: condition('Established', 'False', 'Installing'),
      }),
      'InProgress',
    ],
    [
      'a CRD whose names are taken',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        status: condition('NamesAccepted', 'False', 'x', 'taken'),
      }),
      'Failed',
      'taken',
    ],
    [
      'an established CRD',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { status: condition('Established', 'True') }),
      'Current',
    ],

    ['a Service', object('v1', 'Service', { spec: {} }), 'Current'],
    ['a load balancer without an address', object('v1', 'Service', { spec: { type: 'LoadBalancer' } }), 'InProgress'],
    ['a custom kind called Deployment', object('x/v1', 'Deployment'), 'Current'],
  ])('the status of %s is decided by its fields', (_what, given, expected, message) => {
    const result = status(given);
    expect(result.status).toBe(expected);
    if (typeof message === 'string') expect(result.message).toBe(message);
    else if (message) expect(result.message).toMatch(message);
  });
});
