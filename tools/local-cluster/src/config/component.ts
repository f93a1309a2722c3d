/** The names of all components, in the order of `status`. */
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

/** The readiness check of a component. It must succeed without any credentials except those named here. */
export type Probe =
  /** Ready when the response status is 200. `client`: name of the client certificate in the pki folder. */
  | { kind: 'http'; url: string; client?: string; authority?: string }
  /** Ready when it accepts a connection. */
  | { kind: 'tcp'; host: string; port: number }
  | { kind: 'socket'; path: string };

export interface Component {
  name: ComponentName;
  program: string;
  args: string[];
  /** Configuration files: absolute path to content. */
  files: Record<string, string>;
  /** Listening addresses. All must be free before the component starts. */
  listens: { host: string; port: number }[];
  probe: Probe;
}
