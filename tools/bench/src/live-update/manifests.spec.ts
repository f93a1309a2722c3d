import { findWorkload } from '@nx-kube/executors/workload/find.js';
import { describe, expect, it } from 'vitest';
import { softened } from './manifests.js';

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', namespace: 'hardened' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'a' } },
    template: {
      metadata: { labels: { app: 'a' } },
      spec: {
        serviceAccountName: 'a',
        securityContext: { runAsNonRoot: true },
        containers: [
          {
            name: 'manager',
            image: 'a:1',
            command: ['/manager', 'serve'],
            args: ['--leader-elect'],
            env: [{ name: 'A', value: '1' }],
            securityContext: { readOnlyRootFilesystem: true },
          },
        ],
      },
    },
  },
};

describe('softened', () => {
  it('softened runs the same controller as root under a supervisor, in a namespace of its own', () => {
    const objects = softened(findWorkload([deployment], {}, 'x'), 'registry/image:1', '/manager');
    const { metadata, spec } = JSON.parse(JSON.stringify(objects.find(({ kind }) => kind === 'Deployment')));
    expect(metadata.namespace).not.toBe('hardened');
    expect(spec.replicas).toBe(1);
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    expect(spec.template.spec.securityContext).toEqual({ runAsUser: 0 });
    expect(spec.template.spec.containers).toEqual([
      {
        name: 'manager',
        image: 'registry/image:1',
        command: ['/live-update', 'supervise', '--', '/manager', 'serve', '--leader-elect'],
        env: [{ name: 'A', value: '1' }],
      },
    ]);
    expect(
      objects.every(({ kind, metadata: m }) => m.namespace === metadata.namespace || /Namespace|Cluster/.test(kind)),
    ).toBe(true);
  });
});
