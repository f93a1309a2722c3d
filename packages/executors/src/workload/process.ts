import type { KubeObject } from '@nx-kube/cluster';
import { NxKubeError, subject } from '@nx-kube/cluster';
import { podSpecOf, type Container } from './pod-template.js';

/** Entrypoint and arguments of an image (OCI image config). */
export interface ImageProcess {
  entrypoint: string[];
  cmd: string[];
}

/**
 * The process that the kubelet would run. `command` replaces the image's entrypoint and arguments, `args` only its
 * arguments. Pure.
 *
 * @throws NxKubeError (configuration) when neither the container nor the image names a process
 */
export function processOf(object: KubeObject, container: Container, image?: ImageProcess): string[] {
  const command = container.command?.length ? container.command : (image?.entrypoint ?? []);
  if (!command.length) {
    throw new NxKubeError(
      'configuration',
      `${subject(object)}: container "${container.name}" has no command, and its image has no entrypoint.`,
      { next: 'Add a "command" to the container, or an ENTRYPOINT to the image.' },
    );
  }
  const args = container.args ?? (container.command?.length ? [] : (image?.cmd ?? []));
  return [...command, ...args];
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
