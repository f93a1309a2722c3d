import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../object/kube-object.js';
import { failedCreateEvent, podProblems, replicaFailure, restartedContainers } from './problems.js';

function pod(status: Record<string, unknown>): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n', uid: 'u' }, status };
}

function waiting(reason: string, message?: string, lastState?: object) {
  return pod({ containerStatuses: [{ name: 'c', state: { waiting: { reason, message } }, lastState }] });
}

describe('podProblems', () => {
  it.each([
    ['CrashLoopBackOff', 'user-code', 0],
    ['ImagePullBackOff', 'configuration', 10_000],
    ['ErrImagePull', 'configuration', 10_000],
    ['InvalidImageName', 'configuration', 0],
    ['CreateContainerConfigError', 'configuration', 0],
    ['RunContainerError', 'configuration', 3_000],
  ])('a pod whose container waits because of %s has a problem of the %s after %i ms', (reason, culprit, graceMs) => {
    expect(podProblems(waiting(reason))).toMatchObject([{ culprit, graceMs }]);
  });

  it.each(['configmap', 'secret'])('a busy kubelet that has not read the %s yet gets time', (kind) => {
    const late = waiting('CreateContainerConfigError');
    late['status'].containerStatuses[0].state.waiting.message =
      `failed to sync ${kind} cache: timed out waiting for the condition`;
    const [before] = podProblems(late);
    expect(before).toMatchObject({ culprit: 'cluster', graceMs: 30_000 });
    // What it finds then is another problem, with a time of its own.
    const [after] = podProblems(waiting('CreateContainerConfigError'));
    expect(after!.key).not.toBe(before!.key);
  });

  it.each(['ContainerCreating', 'PodInitializing', ''])(
    'a pod whose container waits because of %j has no problem',
    (reason) => {
      expect(podProblems(waiting(reason))).toEqual([]);
    },
  );

  it('the problem of a crashing pod names its exit code and the container with the log', () => {
    const crashed = waiting('CrashLoopBackOff', 'back-off 10s', { terminated: { exitCode: 3, reason: 'Error' } });
    expect(podProblems(crashed)).toMatchObject([
      {
        message: 'container c of Pod/n/p is in CrashLoopBackOff (last with exit code 3, Error)',
        log: { pod: 'p', container: 'c' },
      },
    ]);
  });

  it.each([
    [1, 1, 1],
    [0, 1, 0],
    [3, 0, 0],
  ])('a pod that restarted %i times and ended with exit code %i has %i problems', (restartCount, exitCode, count) => {
    const ended = pod({
      containerStatuses: [{ name: 'c', restartCount, state: { terminated: { exitCode, reason: 'Error' } } }],
    });
    const problems = podProblems(ended);
    expect(problems).toHaveLength(count);
    if (count)
      expect(problems[0]!.message).toBe('container c of Pod/n/p has crashed 2 times (last with exit code 1, Error)');
  });

  it('a pod that alternates between two names of one problem keeps the problem', () => {
    const [pulling] = podProblems(waiting('ErrImagePull', 'not found'));
    const [backingOff] = podProblems(waiting('ImagePullBackOff', 'Back-off'));
    expect(pulling!.key).toBe(backingOff!.key);
    expect(pulling!.message).toBe('container c of Pod/n/p is in ErrImagePull: not found');
  });

  it('the init containers of a pod count, too', () => {
    const status = { initContainerStatuses: [{ name: 'i', state: { waiting: { reason: 'CrashLoopBackOff' } } }] };
    expect(podProblems(pod(status))).toMatchObject([{ message: 'container i of Pod/n/p is in CrashLoopBackOff' }]);
  });

  it.each([
    ['0/1 nodes are available: 1 Insufficient cpu.', 1],
    ['0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.', 0],
  ])('a pod that cannot be scheduled (%s) has %i problems', (message, count) => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const problems = podProblems(pod({ conditions }));
    expect(problems).toHaveLength(count);
    if (count) expect(problems[0]!.message).toBe(`Pod/n/p cannot be scheduled: ${message}`);
  });
});

describe('restartedContainers', () => {
  it.each([
    [0, { running: { startedAt: '2026-01-01T00:00:09Z' } }, []],
    [2, { running: { startedAt: '2026-01-01T00:00:09Z' } }, ['u c run 2']],
    [2, { running: {} }, ['u c run 2']],
    [2, { running: { startedAt: '2026-01-01T00:00:00Z' } }, []],
    [2, { waiting: {} }, []],
  ])('a container restarted %i times and in state %j is observed for staying up: %j', (restartCount, state, keys) => {
    const now = Date.parse('2026-01-01T00:00:10Z');
    expect(restartedContainers(pod({ containerStatuses: [{ name: 'c', restartCount, state }] }), 10_000, now)).toEqual(
      keys,
    );
  });
});

describe('replicaFailure and failedCreateEvent', () => {
  const message = 'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true';
  const workload: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'n', uid: 'u' },
    status: { conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }] },
  };

  it('a condition reports that the pods of a workload are refused', () => {
    expect(replicaFailure(workload)).toMatchObject([
      {
        message: `Deployment/n/d cannot create pods: ${message}`,
        next: expect.stringContaining('Pod Security') as string,
      },
    ]);
    expect(replicaFailure({ ...workload, status: {} })).toEqual([]);
  });

  it('an event reports that the pods of a workload are refused', () => {
    const event: KubeObject = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e' },
      type: 'Warning',
      reason: 'FailedCreate',
      message,
    };
    expect(failedCreateEvent(workload, event)[0]!.message).toBe(`Deployment/n/d cannot create pods: ${message}`);
    expect(failedCreateEvent(workload, { ...event, type: 'Normal' })).toEqual([]);
    expect(failedCreateEvent(workload, { ...event, reason: 'SuccessfulCreate' })).toEqual([]);
  });
});
