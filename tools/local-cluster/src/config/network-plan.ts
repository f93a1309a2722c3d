/** The addresses and names of the cluster. A machine can have only one. */
export const NODE_NAME = 'nx-kube-local';
/** Name of the kubeconfig's context, cluster and user. */
export const CONTEXT_NAME = 'nx-kube-local';
export const CLUSTER_DOMAIN = 'cluster.local';

export const LOOPBACK = '127.0.0.1';
export const BRIDGE = 'nx-kube0';
/** A fixed hardware address: a bridge's default changes when pods come and go, but pods would keep the old one. */
export const BRIDGE_HARDWARE_ADDRESS = '0a:58:0a:f4:00:01';
export const BRIDGE_ADDRESS = '10.244.0.1';
export const POD_CIDR = '10.244.0.0/24';
export const SERVICE_CIDR = '10.96.0.0/16';
export const SERVICE_ADDRESS_OF_API_SERVER = '10.96.0.1';

/** Unusual ports, where other programs on the machine could use the usual ones. */
export const PORTS = {
  apiServer: 26443,
  etcd: 22379,
  etcdPeer: 22380,
  controllerManager: 20257,
  scheduler: 20259,
  /** On the bridge. */
  kubelet: 10250,
  kubeletHealth: 20248,
  proxyHealth: 20256,
  proxyMetrics: 20249,
  /** On the bridge. */
  dns: 53,
  registry: 5001,
} as const;

export const REGISTRY = `localhost:${PORTS.registry}`;
export const API_SERVER = `https://${LOOPBACK}:${PORTS.apiServer}`;
/** The root control group of all containers. */
export const CGROUP = '/nx-kube-local';
export const PAUSE_IMAGE = 'nx-kube.local/pause:1';
