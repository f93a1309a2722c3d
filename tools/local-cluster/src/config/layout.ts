import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster/errors.js';

/** Maximum length of a unix socket path on Linux, without its terminating zero. */
const SOCKET_PATH_LIMIT = 107;

/** The paths of the cluster's state: one folder outside of any work tree, shared by all work trees. */
export interface Layout {
  home: string;
  /** Links to the built program: `kubectl`, `kustomize`, and one per component. */
  bin: string;
  /** Built programs, one folder per digest of their inputs. */
  builds: string;
  /** Standard output and error of the components, and the API server's audit log. */
  logs: string;
  /** One record file per component (see process-records.ts). */
  processes: string;
  pki: string;
  /** Configuration files of the components. Each `up` writes them. */
  config: string;
  /** The cluster's data: objects, images, volumes. */
  data: string;
  /** Sockets and mounts. */
  run: string;
  /** The administrator's kubeconfig, for users. */
  kubeconfig: string;
  containerdSocket: string;
  auditLog: string;
  /** Changed kernel settings of the machine, and their previous values. */
  machine: string;
}

/**
 * Returns the layout under `$NX_KUBE_LOCAL_CLUSTER_HOME`, or under `$XDG_STATE_HOME/nx-kube/local-cluster` (default:
 * `~/.local/state/nx-kube/local-cluster`). Symbolic links are resolved, because the kernel lists mounts by resolved
 * path.
 */
export function layoutFor(env: NodeJS.ProcessEnv): Layout {
  const named =
    env['NX_KUBE_LOCAL_CLUSTER_HOME'] ||
    join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'nx-kube', 'local-cluster');
  if (!isAbsolute(named)) {
    throw new NxKubeError('configuration', `NX_KUBE_LOCAL_CLUSTER_HOME: "${named}" is not an absolute path.`, {
      next: 'Set it to an absolute path, or unset it.',
    });
  }
  const home = withoutLinks(named);
  const layout: Layout = {
    home,
    bin: join(home, 'bin'),
    builds: join(home, 'builds'),
    logs: join(home, 'logs'),
    processes: join(home, 'processes'),
    pki: join(home, 'pki'),
    config: join(home, 'config'),
    data: join(home, 'data'),
    run: join(home, 'run'),
    kubeconfig: join(home, 'kubeconfig'),
    containerdSocket: join(home, 'run', 'containerd.sock'),
    auditLog: join(home, 'logs', 'audit.log'),
    machine: join(home, 'machine.json'),
  };
  // The longest socket path is the kubelet's.
  const longest = join(layout.data, 'kubelet', 'pod-resources', 'kubelet.sock');
  if (longest.length > SOCKET_PATH_LIMIT) {
    throw new NxKubeError(
      'configuration',
      `NX_KUBE_LOCAL_CLUSTER_HOME: "${home}" is too long for unix sockets in it.`,
      {
        next: `Set it to a path of at most ${home.length - (longest.length - SOCKET_PATH_LIMIT)} characters.`,
      },
    );
  }
  return layout;
}

/** Resolves the symbolic links of the existing part of a path. The folder itself may not exist yet. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(withoutLinks(parent), basename(path));
  }
}
