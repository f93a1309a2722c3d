import { NxKubeError } from '@nx-kube/cluster';
import { findCommand, requireCommand } from '../process/find.js';

/** A program that renders kustomizations, and its first arguments. */
export interface Kustomize {
  command: string;
  args: string[];
}

/**
 * Finds `kustomize build` or `kubectl kustomize` on PATH. The environment variables KUSTOMIZE and KUBECTL, in this
 * order, name another program.
 *
 * @throws NxKubeError (configuration) when there is no such program
 */
export async function findKustomize(env: Record<string, string | undefined> = process.env): Promise<Kustomize> {
  for (const [variable, first] of [
    ['KUSTOMIZE', 'build'],
    ['KUBECTL', 'kustomize'],
  ] as const) {
    // prettier-ignore
    const named = env[variable];
    if (!named) continue;
    return { command: await requireCommand(named, `Correct the environment variable ${variable}.`), args: [first] };
  }
  for (const [name, first] of [
    ['kustomize', 'build'],
    ['kubectl', 'kustomize'],
  ] as const) {
    // prettier-ignore
    const command = await findCommand(name);
    if (command) return { command, args: [first] };
  }
  throw new NxKubeError('configuration', 'Neither kustomize nor kubectl is on PATH.', {
    next: 'Follow https://kubectl.docs.kubernetes.io/installation/kustomize to install kustomize.',
  });
}
