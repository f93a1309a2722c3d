import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { parseManifests } from '@nx-kube/cluster';
import { findWorkload, type WorkloadChoice } from '../../workload/find.js';

export const defaultBinaryPath = '/manager';

/**
 * Where the binary has to be in the image so that the workload finds it: what its container's `command` begins with.
 *
 * @param manifests absolute path of the rendered manifests; they may not be there
 * @throws NxKubeError (configuration) where the manifests do not say which workload is meant
 */
export async function binaryPathIn(manifests: string, choice: WorkloadChoice): Promise<string> {
  const text = await readFile(manifests, 'utf8').catch(() => undefined);
  if (text === undefined) return defaultBinaryPath;
  const { container } = findWorkload(parseManifests(text, manifests), choice, manifests);
  return absolute(container.command?.[0] ?? defaultBinaryPath);
}

/** A bare name is looked up on PATH, anything else from the working directory, which is `/` in a generated image. */
export function absolute(command: string): string {
  return command.includes('/') ? posix.resolve('/', command) : `/usr/local/bin/${command}`;
}
