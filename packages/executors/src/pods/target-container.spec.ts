import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { agentProbe, runningContainer } from './target-container.js';

const pod = (
  status: object,
  metadata: object = {},
  command = ['/nx-kube/agent', 'run', '--', '/manager'],
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'd', ...metadata },
  spec: { containers: [{ name: 'manager', command }, { name: 'other' }] },
  status: {
    containerStatuses: [
      { name: 'other', state: { running: {} } },
      { name: 'manager', ...status },
    ],
  },
});
const running = { containerID: 'containerd://1', state: { running: {} } };

describe('runningContainer', () => {
  it('runningContainer returns the run of the target container', () =>
    expect(runningContainer(pod(running), 'manager')).toEqual({
      namespace: 'd',
      pod: 'p',
      container: 'manager',
      id: 'containerd://1',
      alone: false,
    }));
  it('runningContainer reports whether another container runs in the pod', () => {
    const alone = (initContainers: object[]) => {
      const object = pod(running);
      object['spec'] = { containers: [object['spec'].containers[0]], initContainers };
      return runningContainer(object, 'manager')!.alone;
    };
    expect(alone([{ name: 'nx-kube-agent' }])).toBe(true);
    expect(alone([{ name: 'proxy', restartPolicy: 'Always' }])).toBe(false);
  });
  it.each([
    ['waits', pod({ state: { waiting: { reason: 'ContainerCreating' } } })],
    ['is being deleted', pod(running, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['has no agent', pod(running, {}, ['/manager'])],
    ['has no status yet', { ...pod(running), status: {} }],
  ])('runningContainer returns nothing while the pod %s', (_, object) =>
    expect(runningContainer(object, 'manager')).toBeUndefined(),
  );
});

describe('agentProbe', () => {
  const ports = [{ name: 'health', containerPort: 8081 }];
  it.each([
    [{ httpGet: { path: '/readyz', port: 'health' } }, { httpGet: { path: '/readyz', port: 8081 } }],
    [{ httpGet: { port: 9, scheme: 'HTTPS' } }, { httpGet: { port: 9, scheme: 'HTTPS' } }],
    [{ tcpSocket: { port: 9 } }, { tcpSocket: { port: 9 } }],
    [{ exec: { command: ['x'] } }, undefined],
    [{ httpGet: { port: 'nowhere' } }, undefined],
    [undefined, undefined],
  ])('the agent probe of the readiness probe %j is %j', (readinessProbe, probe) =>
    expect(agentProbe({ name: 'manager', readinessProbe, ports })).toEqual(probe),
  );
});
