import { posix } from 'node:path';
import type { KubeObject } from '@nx-kube/cluster';
import { NxKubeError, subject } from '@nx-kube/cluster';
import { findProgram, type FoundProgram } from './find-program.js';
import { expanded, literalEnv } from './kubelet-expansion.js';
import { podSpecOf, type Container } from './pod-template.js';

/** Entrypoint and arguments of an image (OCI image config). */
export interface ImageProcess {
  entrypoint: string[];
  cmd: string[];
}

/** The next step for a program that is not found. */
const settles =
  'Set the option "binaryPath" to the word that is the binary. If no word is, let "patches" set a command.';

/**
 * The process that the kubelet would run. `command` replaces the image's entrypoint and arguments, `args` only its
 * arguments. An empty list counts as none. Pure.
 *
 * @throws NxKubeError (configuration) when neither the container nor the image names a process
 */
export function processOf(object: KubeObject, container: Container, image?: ImageProcess): string[] {
  const { command = [], args = [] } = container;
  const fromImage = command.length ? [] : (image?.entrypoint ?? []);
  const process = command.length || args.length ? args : (image?.cmd ?? []);
  const words = [...command, ...fromImage, ...process];
  if (words.length) return words;
  throw new NxKubeError(
    'configuration',
    `${subject(object)}: container "${container.name}" has no command, and its image has no entrypoint.`,
    { next: 'Add a "command" to the container, or an ENTRYPOINT or CMD to the image.' },
  );
}

/**
 * Finds the program in the process of a container, also behind wrappers. Pure.
 *
 * @param binaryPath the word that is the program, if the user names it
 * @throws NxKubeError (configuration) that names the field when there is no process, or its program is not known
 */
export function programOf(
  object: KubeObject,
  container: Container,
  { image, binaryPath }: { image?: ImageProcess; binaryPath?: string } = {},
): FoundProgram {
  const found = findProgram(processOf(object, container, image), binaryPath);
  if (!('problem' in found)) return found;
  throw hiddenBinary(object, container, found.problem, image);
}

/**
 * The error for a process whose program is not known. Pure.
 *
 * @param problem why, as the end of a sentence
 */
export function hiddenBinary(
  object: KubeObject,
  { name, command, args }: Container,
  problem: string,
  image?: ImageProcess,
): NxKubeError {
  const field = command?.length ? '"command"' : image?.entrypoint.length || !args?.length ? 'The image' : '"args"';
  return new NxKubeError(
    'configuration',
    `${subject(object)}: ${field} of container "${name}" hides the binary: ${problem}.`,
    { next: settles },
  );
}

/**
 * Absolute path in the image of the program that a container starts. Pure.
 *
 * @returns undefined if only the pod knows it
 */
export function programPathOf(container: Container, program: string, image?: ImageProcess): string | undefined {
  const path = expanded(program, literalEnv(container));
  if (/[$`]/.test(path)) return undefined;
  if (posix.isAbsolute(path)) return path;
  const { workingDir } = container as { workingDir?: string };
  if (path.includes('/')) return workingDir && posix.resolve(workingDir, path);
  // A name is looked up on PATH. The image may name the same program with its folder.
  const [entrypoint = ''] = image?.entrypoint ?? [];
  return posix.isAbsolute(entrypoint) && posix.basename(entrypoint) === path ? entrypoint : undefined;
}

/**
 * Writes the whole process of a container into its `command`, so that all arguments are visible. Returns a new object.
 * Pure.
 *
 * @throws NxKubeError (configuration) when neither the container nor the image names a process
 */
export function withProcess(object: KubeObject, name: string, image?: ImageProcess): KubeObject {
  const copy = structuredClone(object);
  const container = podSpecOf(copy)!.containers.find((c) => c.name === name)!;
  container.command = processOf(object, container, image);
  delete container.args;
  return copy;
}
