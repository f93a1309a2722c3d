import { readFile } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { NxKubeError, parseManifests, subject, type KubeObject } from '@nx-kube/cluster';
import { pathOf } from '../../workload/find-program.js';
import { findWorkload, type Workload, type WorkloadChoice } from '../../workload/find.js';
import { expanded, literalEnv } from '../../workload/kubelet-expansion.js';
import type { Container } from '../../workload/pod-template.js';
import { programOf } from '../../workload/process.js';

export const defaultBinaryPath = '/manager';

/** The choice of the workload that an image is made for. */
export interface ImageFor extends WorkloadChoice {
  /** The image that the binary is added to. Default: `scratch`. */
  baseImage?: string;
}

/**
 * Path in the image at which the workload starts the binary, also behind wrappers such as a shell.
 *
 * @param manifests absolute path of the rendered manifests; without the file, the path is `/manager`
 * @param choice.baseImage an image from `scratch` has no wrapper to start
 * @throws NxKubeError (configuration) when the manifests and the choice do not select one workload, or the path is not
 *   known
 */
export async function binaryPathIn(manifests: string, { baseImage, ...choice }: ImageFor): Promise<string> {
  const text = await readFile(manifests, 'utf8').catch(() => undefined);
  if (text === undefined) return defaultBinaryPath;
  return binaryPathOf(findWorkload(parseManifests(text, manifests), choice, manifests), baseImage);
}

/**
 * Path in the image at which a workload starts the binary. Pure.
 *
 * @throws NxKubeError (configuration) when it is not known
 */
export function binaryPathOf({ object, container }: Workload, baseImage = 'scratch'): string {
  // Without a command the kubelet starts the entrypoint, which is the binary.
  if (!container.command?.length) return defaultBinaryPath;
  const { words, at, places, program } = programOf(object, container);
  if (baseImage === 'scratch' && (at > 0 || places)) throw noWrapper(object, container, words[0]!);
  const env = literalEnv(container);
  const path = expanded(program, env);
  if (/[$`]/.test(path)) throw unknownPath(object, container, path);
  return pathOf(path, container['workingDir'] as string | undefined, env.get('PATH')?.split(':')[0]);
}

/**
 * The binary of a container that names it as its first argument, for images with a CMD and no ENTRYPOINT. Only the name
 * of the binary tells it from another argument.
 *
 * @param manifests absolute path of the rendered manifests
 * @param binary path of the binary on this machine
 * @returns the path in the image; undefined if the arguments do not begin with the binary
 */
export async function binaryArgumentIn(
  manifests: string,
  { baseImage: _, ...choice }: ImageFor,
  binary: string,
): Promise<string | undefined> {
  const text = await readFile(manifests, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { container } = findWorkload(parseManifests(text, manifests), choice, manifests);
  const [first = ''] = container.command?.length ? [] : (container.args ?? []);
  return posix.isAbsolute(first) && posix.basename(first) === basename(binary) ? first : undefined;
}

function noWrapper(object: KubeObject, { name }: Container, wrapper: string): NxKubeError {
  return new NxKubeError(
    'configuration',
    `${subject(object)}: "command" of container "${name}" starts ${wrapper}, and an image from scratch has no such program.`,
    {
      next: 'Set "baseImage" or "dockerfile" of image-build to an image with it, or "binaryPath" if a patch sets another command.',
    },
  );
}

function unknownPath(object: KubeObject, { name }: Container, path: string): NxKubeError {
  return new NxKubeError(
    'configuration',
    `${subject(object)}: "command" of container "${name}" starts ${path}, which only the pod can expand.`,
    { next: 'Set "binaryPath" of image-build to the path of the binary in the image.' },
  );
}
