import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { wantsNone } from './pods-wanted.js';

const workload = (kind: string, spec: object, status?: object): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name: 'app', generation: 2 }, spec, status },
});

describe('wantsNone', () => {
  it.each([
    ['a Deployment of none', workload('Deployment', { replicas: 0 }), true],
    ['a Deployment of one', workload('Deployment', {}), false],
    ['a DaemonSet that no node fits', workload('DaemonSet', {}, { observedGeneration: 2, desiredNumberScheduled: 0 }), true],
    ['a DaemonSet that its controller has not seen', workload('DaemonSet', {}, { desiredNumberScheduled: 0 }), false],
  ])('%s wants no pods: %s', (_, object, expected) => expect(wantsNone(object)).toBe(expected));
}); // prettier-ignore
