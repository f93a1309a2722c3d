import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster/errors.js';

/** The longest path that a unix socket can have on Linux, without its terminating zero. */
const SOCKET_PATH_LIMIT = 107;

/** Where everything of the cluster is kept: one folder, outside of any work tree, shared by all of them. */
export interface Layout {
  home: string;
  /** Links by which the built program is called: `kubectl`, `kustomize`, and one for each component. */
  bin: string;
  /** Built programs, one folder a digest of their inputs. */
  builds: string;
  /** What the components write to their standard output and error, and the API server's audit log. */
  logs: string;
  /** One file a component: which process it is. */
  processes: string;
  pki: string;
  /** Configuration files of the components, written anew by each `up`. */
  config: string;
  /** What the cluster holds: objects, images, volumes. */
  data: string;
  /** Sockets and mounts. */
  run: string;
  /** For users: the administrator's kubeconfig. */
  kubeconfig: string;
  containerdSocket: string;
  auditLog: string;
  /** What was changed on the machine, and what it was before. */
  machine: string;
}

/**
 * The layout under `$NX_KUBE_LOCAL_CLUSTER_HOME`, or under `$XDG_STATE_HOME/nx-kube/local-cluster`
 * (default `~/.local/state/nx-kube/local-cluster`). It is named as the kernel names it, which lists mounts without symbolic links.
 */
export function layoutFor(env: NodeJS.ProcessEnv): Layout {
  const named =
    env['NX_KUBE_LOCAL_CLUSTER_HOME'] ||
    join(env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state'), 'nx-kube', 'local-cluster');
  if (!isAbsolute(named)) {
    throw new NxKubeError('configuration', `NX_KUBE_LOCAL_CLUSTER_HOME: "${named}" is not an absolute path`, {
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
  // The longest socket of all is the kubelet's for device plugins and the like.
  const longest = join(layout.data, 'kubelet', 'pod-resources', 'kubelet.sock');
  if (longest.length > SOCKET_PATH_LIMIT) {
    throw new NxKubeError('configuration', `NX_KUBE_LOCAL_CLUSTER_HOME: "${home}" is too long for unix sockets in it`, {
      next: `Set it to a path of at most ${home.length - (longest.length - SOCKET_PATH_LIMIT)} characters.`,
    });
  }
  return layout;
}

/** The path with the symbolic links resolved that are there now: the folder itself is made later. */
function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(withoutLinks(parent), basename(path));
  }
}
