import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { parseManifests } from '@nx-kube/cluster';
import { findWorkload, type WorkloadChoice } from '../../workload/find.js';

export const defaultBinaryPath = '/manager';

/**
 * Path in the image at which the workload starts the binary: the first word of its container's `command`.
 *
 * @param manifests absolute path of the rendered manifests; without the file, the path is `/manager`
 * @throws NxKubeError (configuration) when the manifests and the choice do not select one workload
 */
export async function binaryPathIn(manifests: string, choice: WorkloadChoice): Promise<string> {
  const text = await readFile(manifests, 'utf8').catch(() => undefined);
  if (text === undefined) return defaultBinaryPath;
  const { container } = findWorkload(parseManifests(text, manifests), choice, manifests);
  return absolute(container.command?.[0] ?? defaultBinaryPath);
}

/** Resolves a command as a generated image does: a bare name on PATH, a path against the working directory `/`. */
export function absolute(command: string): string {
  return command.includes('/') ? posix.resolve('/', command) : `/usr/local/bin/${command}`;
}
