import { join } from 'node:path';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';
import { BRIDGE_ADDRESS, CGROUP, CLUSTER_DOMAIN, LOOPBACK, PORTS } from './network-plan.js';

export function kubeletConfiguration(layout: Layout, machine: Machine): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: BRIDGE_ADDRESS,
    port: PORTS.kubelet,
    readOnlyPort: 0,
    healthzBindAddress: LOOPBACK,
    healthzPort: PORTS.kubeletHealth,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${layout.pki}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${layout.pki}/kubelet-server.crt`,
    tlsPrivateKeyFile: `${layout.pki}/kubelet-server.key`,
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: CGROUP,
    failSwapOn: false,
    clusterDomain: CLUSTER_DOMAIN,
    clusterDNS: [BRIDGE_ADDRESS],
    // For pods with `dnsPolicy: Default`. Empty: no name server.
    resolvConf: machine.nameServers ?? '',
    podLogsDir: join(layout.data, 'pod-logs'),
    volumePluginDir: join(layout.data, 'kubelet', 'volume-plugins'),
    serializeImagePulls: false,
    // A lower score needs CAP_SYS_RESOURCE, which root in a container lacks.
    oomScoreAdj: 0,
    // A developer's disk is often nearly full: this must not evict pods or delete images.
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'nodefs.available': '0%', 'nodefs.inodesFree': '0%', 'imagefs.available': '0%' },
  };
}
