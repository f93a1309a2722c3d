import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../object/kube-object.js';
import { explained } from './explained.js';
import { podProblems, replicaFailure } from './problems.js';
import { status } from './status.js';

const workload = (kind: string, reported: object): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name: 'app', namespace: 'n' } },
  ...{ spec: { selector: { matchLabels: { app: 'app' } } }, status: reported },
});
const pod = (reported: object): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app-0', namespace: 'n' }, status: reported },
});
const container = (reason: string, message?: string) => ({
  containerStatuses: [{ name: 'manager', state: { waiting: { reason, message } } }],
});
const messageOf = (object: KubeObject, ...pods: KubeObject[]) =>
  explained(object, status(object), [...replicaFailure(object), ...pods.flatMap(podProblems)], pods).message;

describe('explained', () => {
  it('a StatefulSet without a pod only counts', () =>
    expect(messageOf(workload('StatefulSet', {}))).toBe('0 of 1 replicas exist'));

  it('a Deployment whose pods a quota refuses says so', () => {
    const failure = { type: 'ReplicaFailure', status: 'True', message: 'pods "app-" is forbidden: exceeded quota: q' };
    expect(messageOf(workload('Deployment', { conditions: [failure] }))).toBe(
      '0 of 1 replicas are ready: cannot create pods: pods "app-" is forbidden: exceeded quota: q',
    );
  });

  it('a DaemonSet whose image cannot be pulled says so', () =>
    expect(
      messageOf(
        workload('DaemonSet', {
          observedGeneration: 1,
          desiredNumberScheduled: 1,
          currentNumberScheduled: 1,
          updatedNumberScheduled: 1,
        }),
        pod(container('ErrImagePull', 'no such host')),
      ),
    ).toBe('0 of 1 pods are available: container manager of Pod/n/app-0 is in ErrImagePull: no such host'));

  it('a pod that cannot be scheduled is named', () => {
    const scheduled = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/1 nodes: no memory',
    };
    expect(messageOf(workload('StatefulSet', { replicas: 1 }), pod({ conditions: [scheduled] }))).toBe(
      '0 of 1 replicas are ready: Pod/n/app-0 cannot be scheduled: 0/1 nodes: no memory',
    );
  });

  it('a container that is being created is named', () =>
    expect(messageOf(workload('StatefulSet', { replicas: 1 }), pod(container('ContainerCreating')))).toBe(
      '0 of 1 replicas are ready: container manager of Pod/n/app-0 waits: ContainerCreating',
    ));
});
