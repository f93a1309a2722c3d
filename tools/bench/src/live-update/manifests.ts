import type { Workload } from '@nx-kube/executors/workload/find.js';
import type { KubeObject } from '@nx-kube/cluster';

/** Namespace and name of all softened objects. */
export const softenedName = 'nx-kube-bench-live-update';
export const programPath = '/live-update';

/**
 * Returns objects that run the controller a second time, in the way that live-update tools need: as root, with a
 * writable file system, under a supervisor. They have their own namespace, because the project's may refuse such pods.
 * Pure.
 *
 * @param image reference of an image with the supervisor, and the binary at path `binary`
 */
export function softened(workload: Workload, image: string, binary: string): KubeObject[] {
  const metadata = { name: softenedName, namespace: softenedName };
  const labels = { app: softenedName };
  const { object, podSpec, container } = workload;
  const { command, args = [] } = container;
  const original = [binary, ...(command ?? []).slice(1), ...args];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: softenedName } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: softenedName },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            ...object['spec'].template.spec,
            serviceAccountName: softenedName,
            securityContext: { runAsUser: 0 },
            containers: [
              ...podSpec.containers.filter(({ name }) => name !== container.name),
              {
                ...container,
                image,
                command: [programPath, 'supervise', '--', ...original],
                args: undefined,
                securityContext: undefined,
              },
            ],
          },
        },
      },
    },
  ];
}
