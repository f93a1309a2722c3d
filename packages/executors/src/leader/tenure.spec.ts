import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { isHeldIn, tenureOf } from './tenure.js';

const lease = (spec: object): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'l', namespace: 'n' },
  spec,
});

describe('tenureOf', () => {
  it('the holder and its times are read from a Lease', () =>
    expect(
      tenureOf(
        lease({
          holderIdentity: 'pod-1_a-b',
          acquireTime: '2026-01-02T03:04:05.678901Z',
          renewTime: '2026-01-02T03:04:07.678901Z',
        }),
      ),
    ).toEqual({
      holder: 'pod-1_a-b',
      acquiredAt: Date.parse('2026-01-02T03:04:05.678Z'),
      renewedAt: Date.parse('2026-01-02T03:04:07.678Z'),
    }));
  it.each([{}, { holderIdentity: '', acquireTime: '2026-01-02T03:04:05.678901Z' }, { holderIdentity: 'p_1' }])(
    'the Lease %j has no holder',
    (spec) => expect(tenureOf(lease(spec))).toBeUndefined(),
  );
});

describe('isHeldIn', () => {
  const held = (holder: string) => ({ holder, acquiredAt: 0, renewedAt: 0 });
  it('a process of the pod is identified by its host name', () => {
    expect(isHeldIn('manager-7c5-x1', held('manager-7c5-x1_0b8f'))).toBe(true);
    expect(isHeldIn('manager-7c5-x', held('manager-7c5-x1_0b8f'))).toBe(false);
    expect(isHeldIn('manager-7c5-x1', held('manager-7c5-x1'))).toBe(false);
  });
  it('the host name of a pod with a long name is shortened', () => {
    const pod = `${'a'.repeat(62)}-7c5`;
    expect(isHeldIn(pod, held(`${'a'.repeat(62)}_0b8f`))).toBe(true);
  });
});
