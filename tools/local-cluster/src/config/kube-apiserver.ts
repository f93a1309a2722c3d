import { KUBELET_CLIENT } from './certificates.js';
import type { Layout } from './layout.js';
import { BRIDGE_ADDRESS, CLUSTER_DOMAIN, LOOPBACK, PORTS, SERVICE_CIDR } from './network-plan.js';

/**
 * The API server listens on loopback. To pods it advertises the bridge's address, which the program forwards to
 * loopback (kube/apiserver.go). Pod Security admission is on by default.
 */
export function apiServerArguments({ pki, auditLog }: Layout, auditPolicyFile: string): string[] {
  return [
    `--bind-address=${LOOPBACK}`,
    `--advertise-address=${BRIDGE_ADDRESS}`,
    `--secure-port=${PORTS.apiServer}`,
    `--tls-cert-file=${pki}/kube-apiserver.crt`,
    `--tls-private-key-file=${pki}/kube-apiserver.key`,
    `--client-ca-file=${pki}/ca.crt`,
    `--etcd-servers=https://${LOOPBACK}:${PORTS.etcd}`,
    `--etcd-cafile=${pki}/etcd-ca.crt`,
    `--etcd-certfile=${pki}/etcd-client.crt`,
    `--etcd-keyfile=${pki}/etcd-client.key`,
    `--kubelet-certificate-authority=${pki}/ca.crt`,
    `--kubelet-client-certificate=${pki}/${KUBELET_CLIENT}.crt`,
    `--kubelet-client-key=${pki}/${KUBELET_CLIENT}.key`,
    // The node's name does not resolve: without this flag, exec and logs fail.
    '--kubelet-preferred-address-types=InternalIP',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    // Pod Security admission decides about privileged pods, per namespace.
    '--allow-privileged',
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    `--service-account-issuer=https://kubernetes.default.svc.${CLUSTER_DOMAIN}`,
    `--service-account-key-file=${pki}/service-accounts.pub`,
    `--service-account-signing-key-file=${pki}/service-accounts.key`,
    `--requestheader-client-ca-file=${pki}/front-proxy-ca.crt`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--proxy-client-cert-file=${pki}/front-proxy-client.crt`,
    `--proxy-client-key-file=${pki}/front-proxy-client.key`,
    // Extension API servers are reached at their pods' addresses, which the machine can route to.
    '--enable-aggregator-routing',
    '--profiling=false',
    `--audit-policy-file=${auditPolicyFile}`,
    `--audit-log-path=${auditLog}`,
    '--audit-log-maxsize=50',
    '--audit-log-maxbackup=1',
  ];
}

/**
 * Logs who wrote which object, without content, because Secrets must not reach a log. Leases and events are left out as
 * noise.
 */
export function auditPolicy(): object {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      {
        level: 'None',
        resources: [
          { group: 'coordination.k8s.io', resources: ['leases'] },
          { group: '', resources: ['events'] },
          { group: 'events.k8s.io', resources: ['events'] },
        ],
      },
      { level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
      { level: 'None' },
    ],
  };
}
