import { describe, expect, it } from 'vitest';
import { stages } from './stages.js';

describe('stages', () => {
  it('kinds are ordered by their dependencies', () => {
    const kinds = [
      'ValidatingWebhookConfiguration',
      'Widget',
      'MutatingWebhookConfiguration',
      'Deployment',
      'Namespace',
      'PodDisruptionBudget',
      'Service',
      'StorageClass',
      'CustomResourceDefinition',
      'CronJob',
      'ClusterRoleBinding',
      'ConfigMap',
      'Secret',
      'ClusterRole',
      'ResourceQuota',
      'StatefulSet',
      'ServiceAccount',
      'RoleBinding',
      'LimitRange',
      'Role',
      'DaemonSet',
    ];
    expect(stages(kinds, (kind) => kind)).toEqual([
      ['Namespace', 'CustomResourceDefinition', 'ClusterRole'],
      ['StorageClass'],
      ['ClusterRoleBinding'],
      ['ResourceQuota'],
      ['ServiceAccount'],
      ['Role'],
      ['RoleBinding'],
      ['ConfigMap'],
      ['Secret'],
      ['Service'],
      ['LimitRange'],
      ['Deployment'],
      ['StatefulSet'],
      ['CronJob'],
      ['PodDisruptionBudget'],
      ['Widget', 'DaemonSet'],
      ['MutatingWebhookConfiguration'],
      ['ValidatingWebhookConfiguration'],
    ]);
  });
});
