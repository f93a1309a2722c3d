import type { KubeObject } from '@nx-kube/cluster';
import { NxKubeError, subject } from '@nx-kube/cluster';
import { podSpecOf, type Container } from './pod-template.js';

/** An image's own entrypoint and arguments (OCI image config). */
export interface ImageProcess {
  entrypoint: string[];
  cmd: string[];
}

/**
 * What the kubelet would run: `command` hides the image's entrypoint and arguments, `args` only its arguments. Pure.
 *
 * @throws NxKubeError (configuration) where that cannot be told
 */
export function processOf(object: KubeObject, container: Container, image?: ImageProcess): string[] {
  const command = container.command?.length ? container.command : (image?.entrypoint ?? []);
  if (!command.length) {
    throw new NxKubeError(
      'configuration',
      `${subject(object)}: container "${container.name}" has no command, and its image has no entrypoint`,
      { next: 'Give the container a "command", or the image an ENTRYPOINT.' },
    );
  }
  const args = container.args ?? (container.command?.length ? [] : (image?.cmd ?? []));
  return [...command, ...args];
}

/**
 * The workload with the process of a container written out in its `command`, whoever says which it is: so that all of its arguments
 * can be seen. Pure.
 *
 * @throws NxKubeError (configuration) where that cannot be told
 */
export function withProcess(object: KubeObject, name: string, image?: ImageProcess): KubeObject {
  const copy = structuredClone(object);
  const container = podSpecOf(copy)!.containers.find((c) => c.name === name)!;
  container.command = processOf(object, container, image);
  delete container.args;
  return copy;
}
