import type { Change, Ref } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { deployment } from '../workload/workload.fixture.js';
import { mayLeave, onlyNewLeft } from './left-fields.js';

const workload = deployment('app');
const container = workload['spec'].template.spec.containers[0];
const ref: Ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'demo', name: 'app' };
const pod = '.spec.template.spec';

describe('mayLeave', () => {
  it.each([
    ['.spec.replicas', 'kubectl', true],
    ['.spec.replicas', 'helm', false],
    ['.metadata.labels.applyset.kubernetes.io/part-of', 'kubectl', false],
    [`${pod}.containers[name="manager"].resources.limits`, 'kubectl-edit', true],
    [`${pod}.containers[name="sidecar"].image`, 'kubectl-set', true],
    [`${pod}.containers[name="manager"].image`, 'kubectl-set', false],
    [`${pod}.containers[name="manager"].args`, 'kubectl-edit', false],
    [`${pod}.initContainers[name="nx-kube-agent"].image`, 'kubectl-edit', false],
  ])('the field %s of the workload, which %s manages, may be left: %s', (field, manager, expected) =>
    expect(mayLeave({ workload, container, relaxed: [] })(ref, { field, manager })).toBe(expected),
  );

  it('the image of another workload may be left', () =>
    expect(
      mayLeave({ workload, container, relaxed: [] })(
        { ...ref, name: 'other' },
        { field: `${pod}.containers[name="manager"].image`, manager: 'kubectl-set' },
      ),
    ).toBe(true));

  it('no field of the pod may be left while it is changed for the debugger', () =>
    expect(
      mayLeave({ workload, container, relaxed: ['probes removed'] })(ref, {
        field: `${pod}.containers[name="manager"].livenessProbe`,
        manager: 'kubectl-edit',
      }),
    ).toBe(false));
});

describe('onlyNewLeft', () => {
  it('fields that stay with others are kept only when they differ from the last time', () => {
    const news = onlyNewLeft();
    const change: Change = { subject: 'Deployment/demo/app', ref, action: 'unchanged' };
    const scaled: Change = { ...change, left: [{ field: '.spec.replicas', manager: 'kubectl' }] };
    expect(news([scaled])).toEqual([scaled]);
    expect(news([scaled])).toEqual([change]);
    expect(news([change])).toEqual([change]);
    expect(news([scaled])).toEqual([scaled]);
  });
});
