import { NxKubeError } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { agentVolumeSize, namingAdditions } from './agent-volume.js';
import { injectAgent } from './inject-agent.js';
import { configMap, deployment } from './workload.fixture.js';

describe('agentVolumeSize', () => {
  it.each([
    [undefined, '1024Mi'],
    [1e6, '256Mi'],
    [79e6, '256Mi'],
    [176e6, '512Mi'],
    [400e6, '1024Mi'],
  ])('the volume for a binary of %s bytes has the limit %s, which fits it twice', (bytes, limit) => {
    expect(agentVolumeSize(bytes)).toBe(limit);
    expect(parseInt(limit) * 1024 ** 2).toBeGreaterThan(2 * (bytes ?? 0) + 32e6);
  });
});

describe('namingAdditions', () => {
  const plain = deployment('app');
  const developed = injectAgent(plain, { container: 'manager', agentImage: 'agent:1' });
  const refused = (message: string) => new NxKubeError('configuration', message, { next: 'Fix the policy.' });

  it.each([
    'Deployment/demo/app cannot create pods: pods "app-1" is forbidden: ValidatingAdmissionPolicy \'limits\' denied request: an emptyDir needs a sizeLimit.',
    'Deployment/demo/app: admission webhook "validate.kyverno.svc" denied the request: every volume needs a limit.',
    'Deployment/demo/app cannot create pods: exceeded quota: q, is forbidden: requested limits.ephemeral-storage=1.',
    'Deployment/demo/app cannot create pods: init containers must come from registry.example.com.',
  ])('the refusal "%s" names what nx-kube added to the pod, and the option', (message) => {
    expect(namingAdditions(refused(message), [configMap, developed])).toMatchObject({
      culprit: 'configuration',
      message: `${message} The volume nx-kube-agent (an emptyDir), its mount and the init container nx-kube-agent are additions of nx-kube.`,
      next: expect.stringContaining('"agentVolumeSize"') as string,
    });
  });

  it.each([
    ['of another workload', refused('Deployment/demo/other cannot create pods: an emptyDir needs a limit.'), developed],
    [
      'of a pod without the agent',
      refused('Deployment/demo/app cannot create pods: an emptyDir needs a limit.'),
      plain,
    ],
    ['for another reason', refused('Deployment/demo/app cannot create pods: hostPort is forbidden.'), developed],
    [
      'of a right',
      refused('Deployment/demo/app: volumes is forbidden: User "jane" cannot create resource "volumes".'),
      developed,
    ],
    ['that is no message', new Error('Deployment/demo/app denied the request: volume'), developed],
  ])('an error %s stays as it is', (_, error, object) => expect(namingAdditions(error, [object])).toBe(error));
});
