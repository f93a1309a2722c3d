/** Every process of the cluster, in the order in which `status` lists them. */
export const COMPONENT_NAMES = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'containerd',
  'registry',
  'kubelet',
  'kube-proxy',
  'coredns',
] as const;

export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** How a component is asked whether it is ready. Each answer must come without credentials other than those named. */
export type Probe =
  /** Ready when it answers 200. With `client`, by the certificate of that name in the pki folder. */
  | { kind: 'http'; url: string; client?: string; authority?: string }
  /** Ready when it accepts a connection. */
  | { kind: 'tcp'; host: string; port: number }
  | { kind: 'socket'; path: string };

export interface Component {
  name: ComponentName;
  program: string;
  args: string[];
  /** Configuration files that it reads: absolute path to content. */
  files: Record<string, string>;
  /** Everything it listens on: must be free before it starts. */
  listens: { host: string; port: number }[];
  probe: Probe;
}
