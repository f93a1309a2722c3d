import { LOOPBACK, NODE_NAME, POD_CIDR, PORTS } from './network-plan.js';

export function kubeProxyConfiguration(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig },
    hostnameOverride: NODE_NAME,
    clusterCIDR: POD_CIDR,
    healthzBindAddress: `${LOOPBACK}:${PORTS.proxyHealth}`,
    metricsBindAddress: `${LOOPBACK}:${PORTS.proxyMetrics}`,
    // Node ports answer only on the bridge, never on the machine's own network.
    nodePortAddresses: [POD_CIDR],
    iptables: { localhostNodePorts: false },
    // Do not change the machine's connection tracking.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    oomScoreAdj: 0,
  };
}
