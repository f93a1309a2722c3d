import { NxKubeError, withoutKlog } from '@nx-kube/cluster';
import { requireCommand } from '../../process/find.js';
import { runCommand } from '../../process/run.js';

/** A command that loads an image archive onto the nodes of a local cluster without a registry. */
export interface LoadCommand {
  command: string;
  args: string[];
}

/**
 * Makes the load command for a kubeconfig context. The name of the context identifies the kind of cluster. Pure.
 *
 * @param archive absolute path of the image archive
 * @throws NxKubeError (configuration) for a context that is not of kind, k3d or minikube
 */
export function loadCommand(context: string, archive: string): LoadCommand {
  const [, maker, cluster] = /^(kind|k3d)-(.+)$/.exec(context) ?? [];
  if (maker === 'kind') return { command: 'kind', args: ['load', 'image-archive', archive, '--name', cluster!] };
  if (maker === 'k3d') return { command: 'k3d', args: ['image', 'import', archive, '--cluster', cluster!] };
  if (/^minikube(-|$)/.test(context)) {
    return { command: 'minikube', args: ['image', 'load', archive, '--profile', context] };
  }
  throw new NxKubeError('configuration', `Context ${context} has no known way to load an image onto its nodes.`, {
    next: 'Set the option "registry" to a registry that the cluster pulls from, or announce it in the ConfigMap kube-public/local-registry-hosting.',
  });
}

/**
 * Loads an image onto the nodes of a kind, k3d or minikube cluster.
 *
 * @param load.archive absolute path of the image archive
 * @throws NxKubeError: configuration when there is no way to load, cluster when the command fails
 */
export async function loadImage(load: {
  context: string;
  archive: string;
  signal?: AbortSignal;
  onProgress?: (message: string) => void;
}): Promise<void> {
  const { context, archive, signal, onProgress } = load;
  const { command, args } = loadCommand(context, archive);
  const program = await requireCommand(command, `Install ${command}, or set the option "registry" to a registry.`);
  onProgress?.(`loading the image into ${context}`);
  const { exitCode, stdout, stderr } = await runCommand(program, args, { signal });
  signal?.throwIfAborted();
  if (exitCode === 0) return;
  throw new NxKubeError('cluster', `${command} ${args.join(' ')} failed:\n${withoutKlog(stderr || stdout).trim()}`, {
    next: `Check that the cluster of context ${context} runs.`,
  });
}
