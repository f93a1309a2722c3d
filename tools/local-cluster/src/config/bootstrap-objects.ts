import { CLIENTS, KUBELET_CLIENT } from './certificates.js';
import { REGISTRY } from './network-plan.js';

/** The objects of a fresh cluster that the API server does not create itself, as one List. */
export function bootstrapObjects(): object {
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        // KEP-1755: tools find the registry through this ConfigMap.
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'local-registry-hosting', namespace: 'kube-public' },
        data: { 'localRegistryHosting.v1': `host: "${REGISTRY}"\n` },
      },
      binding('nx-kube-local:kubelet-api', 'system:kubelet-api-admin', KUBELET_CLIENT),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: CLIENTS.coredns.user },
        rules: [
          { apiGroups: [''], resources: ['services', 'namespaces'], verbs: ['list', 'watch'] },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
        ],
      },
      binding(CLIENTS.coredns.user, CLIENTS.coredns.user, CLIENTS.coredns.user),
    ],
  };
}

function binding(name: string, role: string, user: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
}
