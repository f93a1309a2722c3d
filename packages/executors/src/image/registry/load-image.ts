import { NxKubeError } from '@nx-kube/cluster';
import { requireCommand } from '../../process/find.js';
import { runCommand } from '../../process/run.js';

/** How an image archive gets onto the nodes of a local cluster that pulls from no registry. */
export interface LoadCommand {
  command: string;
  args: string[];
}

/**
 * The command for the cluster of a kubeconfig context, by the name that its maker gives the context. Pure.
 *
 * @throws NxKubeError (configuration) for any other context
 */
export function loadCommand(context: string, archive: string): LoadCommand {
  const [, maker, cluster] = /^(kind|k3d)-(.+)$/.exec(context) ?? [];
  if (maker === 'kind') return { command: 'kind', args: ['load', 'image-archive', archive, '--name', cluster!] };
  if (maker === 'k3d') return { command: 'k3d', args: ['image', 'import', archive, '--cluster', cluster!] };
  if (/^minikube(-|$)/.test(context)) {
    return { command: 'minikube', args: ['image', 'load', archive, '--profile', context] };
  }
  throw new NxKubeError('configuration', `there is no way known to bring an image to the nodes of context ${context}`, {
    next: 'Name a registry that the cluster pulls from in the option "registry", or announce it in the ConfigMap kube-public/local-registry-hosting.',
  });
}

/**
 * Loads an image into the nodes of a kind, k3d or minikube cluster.
 *
 * @param load.archive absolute path
 * @throws NxKubeError: configuration where there is no way, cluster where it fails
 */
export async function loadImage(load: {
  context: string;
  archive: string;
  signal?: AbortSignal;
  onProgress?: (message: string) => void;
}): Promise<void> {
  const { context, archive, signal, onProgress } = load;
  const { command, args } = loadCommand(context, archive);
  const program = await requireCommand(command, `Install ${command}, or name a registry in the option "registry".`);
  onProgress?.(`loading the image into ${context}`);
  const { exitCode, stdout, stderr } = await runCommand(program, args, { signal });
  signal?.throwIfAborted();
  if (exitCode === 0) return;
  throw new NxKubeError('cluster', `${command} ${args.join(' ')} failed:\n${(stderr || stdout).trim()}`, {
    next: `Check that the cluster of context ${context} runs.`,
  });
}
