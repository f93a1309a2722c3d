import type { KubeObject } from '@nx-kube/cluster';

/** A hardened Deployment as kustomize renders it. `container` overrides fields of its container. */
export function deployment(name: string, container: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'demo' },
    spec: {
      template: {
        metadata: { labels: { app: name } },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'manager',
              image: 'controller:latest',
              command: ['/manager'],
              args: ['--leader-elect'],
              securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
              resources: { limits: { memory: '128Mi' } },
              ...container,
            },
          ],
        },
      },
    },
  };
}

export const configMap: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'demo' },
  data: { a: '1' },
};
