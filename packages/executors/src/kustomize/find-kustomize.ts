import { NxKubeError } from '@nx-kube/cluster';
import { findCommand, requireCommand } from '../process/find.js';

/** A program that renders kustomizations, and the arguments that come first. */
export interface Kustomize {
  command: string;
  args: string[];
}

/**
 * `kustomize build` or `kubectl kustomize`, whichever is there; the environment variables KUSTOMIZE and KUBECTL name another
 * program than the one on PATH.
 *
 * @throws NxKubeError (configuration) where there is neither
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
  throw new NxKubeError('configuration', 'neither kustomize nor kubectl is on PATH', {
    next: 'Install one of them: https://kubectl.docs.kubernetes.io/installation/kustomize',
  });
}
