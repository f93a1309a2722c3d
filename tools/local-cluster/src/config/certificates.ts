import {
  API_SERVER,
  BRIDGE_ADDRESS,
  CLUSTER_DOMAIN,
  LOOPBACK,
  NODE_NAME,
  SERVICE_ADDRESS_OF_API_SERVER,
} from './network-plan.js';

/** The input of the program `certificates` (see kube/certificates). */
export interface CertificateRequests {
  directory: string;
  authorities: string[];
  keyPairs: string[];
  certificates: CertificateRequest[];
}

export interface CertificateRequest {
  name: string;
  authority: string;
  commonName: string;
  organizations?: string[];
  hosts?: string[];
  server?: boolean;
  client?: boolean;
}

/**
 * The users of the components that call the API server. RBAC knows them by default, or `bootstrap-objects.ts` adds
 * them.
 */
export const CLIENTS = {
  admin: { user: 'nx-kube-local-admin', groups: ['system:masters'] },
  'kube-controller-manager': { user: 'system:kube-controller-manager', groups: [] },
  'kube-scheduler': { user: 'system:kube-scheduler', groups: [] },
  'kube-proxy': { user: 'system:kube-proxy', groups: [] },
  kubelet: { user: `system:node:${NODE_NAME}`, groups: ['system:nodes'] },
  coredns: { user: 'system:coredns', groups: [] },
} as const satisfies Record<string, { user: string; groups: readonly string[] }>;

export type Client = keyof typeof CLIENTS;

/** The API server's identity towards the kubelet. */
export const KUBELET_CLIENT = 'kube-apiserver-kubelet-client';

/** All certificates of the cluster. etcd has its own authority, so that no client of the API server can reach it. */
export function certificateRequests(directory: string): CertificateRequests {
  const server = { authority: 'ca', server: true };
  const client = { authority: 'ca', client: true };
  return {
    directory,
    authorities: ['ca', 'etcd-ca', 'front-proxy-ca'],
    keyPairs: ['service-accounts'],
    certificates: [
      {
        ...server,
        name: 'kube-apiserver',
        commonName: 'kube-apiserver',
        hosts: [
          'localhost',
          'kubernetes',
          'kubernetes.default',
          'kubernetes.default.svc',
          `kubernetes.default.svc.${CLUSTER_DOMAIN}`,
          NODE_NAME,
          LOOPBACK,
          BRIDGE_ADDRESS,
          SERVICE_ADDRESS_OF_API_SERVER,
        ],
      },
      { ...server, name: 'kubelet-server', commonName: NODE_NAME, hosts: [NODE_NAME, BRIDGE_ADDRESS, LOOPBACK] },
      { ...server, name: 'loopback', commonName: 'localhost', hosts: ['localhost', LOOPBACK] },
      { ...client, name: KUBELET_CLIENT, commonName: KUBELET_CLIENT },
      { authority: 'front-proxy-ca', client: true, name: 'front-proxy-client', commonName: 'front-proxy-client' },
      {
        authority: 'etcd-ca',
        server: true,
        client: true,
        name: 'etcd',
        commonName: 'etcd',
        hosts: ['localhost', LOOPBACK],
      },
      { authority: 'etcd-ca', client: true, name: 'etcd-client', commonName: 'kube-apiserver' },
      ...Object.entries(CLIENTS).map(([name, { user, groups }]) => ({
        ...client,
        name,
        commonName: user,
        organizations: [...groups],
      })),
    ],
  };
}

/** A kubeconfig for a component. It refers to certificate files. */
export function componentKubeconfig(pki: string, client: Client): object {
  return kubeconfig(
    client,
    { 'certificate-authority': `${pki}/ca.crt` },
    { 'client-certificate': `${pki}/${client}.crt`, 'client-key': `${pki}/${client}.key` },
  );
}

/** A kubeconfig for users. It embeds its certificates, each given as PEM. */
export function userKubeconfig(name: string, authority: string, certificate: string, key: string): object {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  return kubeconfig(
    name,
    { 'certificate-authority-data': base64(authority) },
    { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) },
  );
}

function kubeconfig(name: string, cluster: object, user: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: API_SERVER, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}
