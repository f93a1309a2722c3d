import { describe, expect, it } from 'vitest';
import { localityOf, type ContextFacts } from './locality.js';

const interfaces: ContextFacts['interfaces'] = {
  lo: [{ address: '127.0.0.1', cidr: '127.0.0.1/8' }],
  eth0: [
    { address: '10.1.2.3', cidr: '10.1.2.3/16' },
    { address: 'fe80::1', cidr: 'fe80::1/64' },
  ],
  'br-0a1b2c': [{ address: '192.168.49.1', cidr: '192.168.49.1/24' }],
  virbr1: [{ address: '192.168.39.1', cidr: '192.168.39.1/24' }],
  'nx-kube0': undefined,
};

type Row = [what: string, facts: Omit<ContextFacts, 'interfaces'>, local: boolean];

describe('localityOf', () => {
  it.each<Row>([
    ['kind', { context: 'kind-dev', server: 'https://127.0.0.1:41234' }, true],
    ['a loopback address under any name', { context: 'mine', server: 'https://127.0.0.1:6443' }, true],
    ['another loopback address', { context: 'mine', server: 'https://127.8.0.1:6443' }, true],
    ['IPv6 loopback', { context: 'mine', server: 'https://[::1]:6443' }, true],
    ['localhost', { context: 'mine', server: 'https://LOCALHOST:6443' }, true],
    ['k3d on all addresses', { context: 'k3d-a', server: 'https://0.0.0.0:6550' }, true],
    ['Docker Desktop', { context: 'docker-desktop', server: 'https://kubernetes.docker.internal:6443' }, true],
    ['k3d through Docker Desktop', { context: 'k3d-a', server: 'https://host.docker.internal:6550' }, true],
    ['OrbStack', { context: 'orbstack', server: 'https://k8s.orb.local:26443' }, true],
    ['minikube in Docker', { context: 'minikube', server: 'https://192.168.49.2:8443' }, true],
    ['minikube in KVM', { context: 'minikube', server: 'https://192.168.39.77:8443' }, true],
    ['this machine by its own address', { context: 'microk8s', server: 'https://10.1.2.3:16443' }, true],
    ['kind inside its network', { context: 'kind-dev', server: 'https://dev-control-plane:6443' }, true],
    ['k3d inside its network', { context: 'k3d-dev', server: 'https://k3d-dev-server-0:6443' }, true],
    ['the embedded cluster', { context: 'nx-kube-local', server: 'https://127.0.0.1:16443' }, true],
    ['a local TLS server name', { context: 'mine', server: 'https://127.0.0.1:1', tlsServerName: 'localhost' }, true],
    [
      'no TLS verification under a local tool’s name',
      { context: 'kind-a', server: 'https://127.0.0.1:1', skipTlsVerify: true },
      true,
    ],

    ['a remote server called like kind', { context: 'kind-prod', server: 'https://203.0.113.7:6443' }, false],
    ['a remote host name called like kind', { context: 'kind-prod', server: 'https://k8s.example.com' }, false],
    ['a remote server called minikube', { context: 'minikube', server: 'https://10.1.9.9:8443' }, false],
    ['another kind cluster’s container name', { context: 'kind-a', server: 'https://b-control-plane:6443' }, false],
    ['a container name without the tool', { context: 'prod', server: 'https://dev-control-plane:6443' }, false],
    ['a k3d-like host', { context: 'k3d-dev', server: 'https://k3d-dev-server-0.example.com' }, false],
    ['a bridge address under another name', { context: 'prod', server: 'https://192.168.49.2:8443' }, false],
    ['a host that only starts like localhost', { context: 'kind-a', server: 'https://localhost.example.com' }, false],
    ['a host that only starts like an address', { context: 'kind-a', server: 'https://127.0.0.1.example.com' }, false],
    ['a user name that looks like the host', { context: 'kind-a', server: 'https://127.0.0.1@example.com' }, false],
    [
      'a tunnel by TLS server name',
      { context: 'prod', server: 'https://127.0.0.1:1', tlsServerName: 'x.eks.amazonaws.com' },
      false,
    ],
    ['a tunnel without verification', { context: 'prod', server: 'https://127.0.0.1:1', skipTlsVerify: true }, false],
    ['kubectl proxy to who knows where', { context: 'prod', server: 'http://127.0.0.1:8001' }, false],
    ['nonsense', { context: 'kind-a', server: 'nonsense' }, false],
  ])('a context is local only if its server is on this machine: %s', (_what, facts, local) => {
    expect(localityOf({ ...facts, interfaces })).toMatchObject({ local });
  });
});
