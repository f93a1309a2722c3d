import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { secretUses } from './secret-uses.js';

const pod = (spec: object): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
  spec: { containers: [{ name: 'c' }], ...spec },
});
const inside = (template: KubeObject) => ({ template: { spec: template['spec'] } });

const byEnv = pod({
  containers: [
    { name: 'a' },
    { name: 'b', env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
  ],
});

describe('secretUses', () => {
  it.each<[string, KubeObject, string[]]>([
    ['the variable of any container', byEnv, ['env']],
    ['the variable of an init container', pod({ initContainers: byEnv['spec'].containers }), ['env']],
    [
      'envFrom of a container',
      pod({ containers: [{ name: 'a', envFrom: [{ configMapRef: { name: 's' } }, { secretRef: { name: 's' } }] }] }),
      ['envFrom'],
    ],
    ['a volume', pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }), ['volume']],
    [
      'a projected volume',
      pod({ volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 's' } }] } }] }),
      ['volume'],
    ],
    [
      'a file of a volume',
      pod({
        containers: [{ name: 'a', volumeMounts: [{ name: 'v', mountPath: '/a', subPath: 'a' }] }],
        volumes: [{ name: 'v', secret: { secretName: 's' } }],
      }),
      ['volume', 'subPath'],
    ],
    ['a CSI volume', pod({ volumes: [{ name: 'v', csi: { nodePublishSecretRef: { name: 's' } } }] }), ['volume']],
    ['imagePullSecrets', pod({ imagePullSecrets: [{ name: 's' }] }), ['imagePullSecrets']],
    ['a workload', { ...byEnv, apiVersion: 'apps/v1', kind: 'StatefulSet', spec: inside(byEnv) }, ['env']],
    [
      'a CronJob',
      { ...byEnv, apiVersion: 'batch/v1', kind: 'CronJob', spec: { jobTemplate: { spec: inside(byEnv) } } },
      ['env'],
    ],
    [
      'a ServiceAccount',
      { ...byEnv, kind: 'ServiceAccount', secrets: [{ name: 's' }], imagePullSecrets: [{ name: 's' }] },
      ['secrets', 'imagePullSecrets'],
    ],
    [
      'no reference to another Secret',
      pod({ volumes: [{ name: 's', secret: { secretName: 'other' } }], imagePullSecrets: [{}] }),
      [],
    ],
    ['no reference to a ConfigMap of the same name', pod({ volumes: [{ name: 'v', configMap: { name: 's' } }] }), []],
  ])('a Secret is used by %s', (_, object, uses) => expect(secretUses(object, 's')).toEqual(uses));
});
