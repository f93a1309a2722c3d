import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { podSpecOf, type Container } from './pod-template.js';
import { relaxForDebug } from './relax-for-debug.js';
import { deployment } from './workload.fixture.js';

const probe = { httpGet: { path: '/healthz', port: 8081 } };

function relaxed(object: KubeObject): { container: Container; object: KubeObject; changes: string[] } {
  const result = relaxForDebug(object, 'manager');
  return { ...result, container: podSpecOf(result.object)!.containers[0]! };
}

describe('relaxForDebug', () => {
  it('a debugged workload has no probes', () => {
    const probes = { livenessProbe: probe, readinessProbe: probe, startupProbe: probe };
    const { container, changes } = relaxed(deployment('app', probes));
    expect(Object.keys(container).filter((key) => key.endsWith('Probe'))).toEqual([]);
    expect(changes).toContain('no livenessProbe, readinessProbe, startupProbe');
  });

  it.each([
    ['--leader-elect', '--leader-elect=false'],
    ['--leader-elect=true', '--leader-elect=false'],
    ['-leader-elect', '-leader-elect=false'],
    ['--enable-leader-election', '--enable-leader-election=false'],
    ['--leader-election', '--leader-election=false'],
    ['--leader-elect=false', '--leader-elect=false'],
    ['--leader-elect-lease-duration=15s', '--leader-elect-lease-duration=15s'],
    ['--zap-devel', '--zap-devel'],
  ])('the argument %s becomes %s', (argument, expected) => {
    expect(relaxed(deployment('app', { args: [argument] })).container.args).toEqual([expected]);
    expect(relaxed(deployment('app', { command: ['/manager', argument] })).container.command).toEqual([
      '/manager',
      expected,
    ]);
  });

  it('a debugged workload has one replica, and the old pod ends first', () => {
    const object = deployment('app');
    object['spec'].replicas = 3;
    const result = relaxed(object);
    expect(result.object['spec']).toMatchObject({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    });
    expect(result.changes).toContain('replicas 3 → 1');
  });

  it('a strategy of Recreate stays', () => {
    const object = deployment('app');
    object['spec'].strategy = { type: 'Recreate' };
    expect(relaxed(object).object['spec'].strategy).toEqual({ type: 'Recreate' });
  });

  it('a DaemonSet keeps its pods and its leader election', () => {
    const object = { ...deployment('app', { args: ['--leader-elect'] }), kind: 'DaemonSet' };
    const result = relaxed(object);
    expect(result.container.args).toEqual(['--leader-elect']);
    expect(result.object['spec'].replicas).toBeUndefined();
  });

  it('the grace period is at least 120 s', () => {
    const object = deployment('app');
    expect(podSpecOf(relaxed(object).object)!['terminationGracePeriodSeconds']).toBe(120);
    podSpecOf(object)!['terminationGracePeriodSeconds'] = 600;
    expect(podSpecOf(relaxed(object).object)!['terminationGracePeriodSeconds']).toBe(600);
  });

  it('the limits leave room for the debugger, and GOMEMLIMIT is removed', () => {
    const { container, changes } = relaxed(
      deployment('app', {
        resources: { limits: { memory: '256Mi', cpu: '500m' }, requests: { memory: '64Mi' } },
        env: [
          { name: 'GOMEMLIMIT', value: '200MiB' },
          { name: 'A', value: 'b' },
        ],
      }),
    );
    expect(container.resources).toEqual({
      limits: { memory: String((256 + 1024) * 1024 ** 2), cpu: '2500m' },
      requests: { memory: '64Mi' },
    });
    expect(container['env']).toEqual([{ name: 'A', value: 'b' }]);
    expect(changes).toEqual(
      expect.arrayContaining(['memory limit 256Mi + 1Gi', 'CPU limit 500m + 2', 'no GOMEMLIMIT']),
    );
  });

  it('security contexts and the given object stay the same', () => {
    const object = deployment('app', { livenessProbe: probe });
    const before = structuredClone(object);
    const { container } = relaxed(object);
    expect(container.securityContext).toEqual(podSpecOf(before)!.containers[0]!.securityContext);
    expect(podSpecOf(relaxed(object).object)!['securityContext']).toEqual(podSpecOf(before)!['securityContext']);
    expect(object).toEqual(before);
  });
});
