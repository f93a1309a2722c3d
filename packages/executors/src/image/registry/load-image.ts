import { NxKubeError, withoutKlog, type NodeFacts } from '@nx-kube/cluster';
import { requireCommand } from '../../process/find.js';
import { runCommand } from '../../process/run.js';

/** A command that loads an image archive onto the nodes of a local cluster without a registry. */
export interface LoadCommand {
  command: string;
  args: string[];
}

/**
 * Makes the load command for a kubeconfig context. The name of the context identifies the tool that made the cluster,
 * else a node does. Pure.
 *
 * @param archive absolute path of the image archive
 * @param node what a node says of the tool
 * @throws NxKubeError (configuration) for a cluster of an unknown tool
 */
export function loadCommand(context: string, archive: string, node?: NodeFacts): LoadCommand {
  const [, maker, cluster] = /^(kind|k3d)-(.+)$/.exec(context) ?? madeBy(node) ?? [];
  if (maker === 'kind') return { command: 'kind', args: ['load', 'image-archive', archive, '--name', cluster!] };
  if (maker === 'k3d') return { command: 'k3d', args: ['image', 'import', archive, '--cluster', cluster!] };
  const profile = /^minikube(-|$)/.test(context) ? context : node?.labels['minikube.k8s.io/name'];
  if (profile) return { command: 'minikube', args: ['image', 'load', archive, '--profile', profile] };
  if (context === 'microk8s') return { command: 'microk8s', args: ['ctr', 'image', 'import', archive] };
  const command = inVirtualMachine(context, archive, node?.runtime);
  if (command) return command;
  throw new NxKubeError('configuration', `Context ${context} has no known way to load an image onto its nodes.`, {
    next: 'Set the option "registry" to a registry that the cluster pulls from, or announce it in the ConfigMap kube-public/local-registry-hosting.',
  });
}

/** The tool and the name of the cluster, from a node. */
function madeBy(node: NodeFacts | undefined): string[] | undefined {
  const id = node?.providerId ?? '';
  const [, kind] = /^kind:\/\/[^/]*\/([^/]+)\//.exec(id) ?? [];
  if (kind) return [id, 'kind', kind];
  const [, k3d] = /^k3s:\/\/k3d-(.+)-(?:server|agent)-\d+$/.exec(id) ?? [];
  return k3d ? [id, 'k3d', k3d] : undefined;
}

/** Tools whose cluster shares its images with the container engine in their virtual machine. */
function inVirtualMachine(context: string, archive: string, runtime?: string): LoadCommand | undefined {
  const load = ['load', '--input', archive];
  if (/^docker-(?:for-)?desktop$/.test(context)) return { command: 'docker', args: load };
  if (context === 'orbstack') return { command: 'docker', args: ['--context', context, ...load] };
  if (context === 'rancher-desktop') {
    if (runtime === 'docker') return { command: 'docker', args: ['--context', context, ...load] };
    return { command: 'nerdctl', args: ['--namespace', 'k8s.io', ...load] };
  }
  const [, profile = 'default'] = /^colima(?:-(.+))?$/.exec(context) ?? [undefined, ''];
  if (!profile) return undefined;
  if (runtime === 'docker') return { command: 'docker', args: ['--context', context, ...load] };
  return { command: 'colima', args: ['nerdctl', '--profile', profile, '--', '--namespace', 'k8s.io', ...load] };
}

/**
 * Loads an image onto the nodes of a local cluster.
 *
 * @param load.archive absolute path of the image archive
 * @throws NxKubeError: configuration when there is no way to load, cluster when the command fails
 */
export async function loadImage(load: {
  context: string;
  archive: string;
  node?: NodeFacts;
  signal?: AbortSignal;
  onProgress?: (message: string) => void;
}): Promise<void> {
  const { context, archive, node, signal, onProgress } = load;
  const { command, args } = loadCommand(context, archive, node);
  const program = await requireCommand(command, `Install ${command}, or set the option "registry" to a registry.`);
  onProgress?.(`loading the image into ${context}`);
  const { exitCode, stdout, stderr } = await runCommand(program, args, { signal });
  signal?.throwIfAborted();
  if (exitCode === 0) return;
  throw new NxKubeError('cluster', `${command} ${args.join(' ')} failed:\n${withoutKlog(stderr || stdout).trim()}`, {
    next: `Check that the cluster of context ${context} runs.`,
  });
}
