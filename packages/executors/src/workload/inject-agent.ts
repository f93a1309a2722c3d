import type { KubeObject } from '@nx-kube/cluster';
import { NxKubeError, subject } from '@nx-kube/cluster';
import type { DebugOptions } from '../debug/debug-options.js';
import { podSpecOf, type Container } from './pod-template.js';

/** Where the agent and the live binary lie in the pod. */
export const agentDirectory = '/nx-kube';
export const agentPath = `${agentDirectory}/agent`;
/** Name of the volume and of the init container: one word a user can search for. */
export const agentName = 'nx-kube-agent';

export interface AgentInjection {
  container: string;
  /** Reference of the agent's image. */
  agentImage: string;
  /** The image's own entrypoint and arguments, which apply where the container names no command (OCI image config). */
  image?: { entrypoint: string[]; cmd: string[] };
  /**
   * Run what is delivered under the debugger that came with the agent, to be reached at this port of the pod's loopback.
   * `args` are for the process, behind its own.
   */
  debug?: Pick<DebugOptions, 'port' | 'args'>;
}

/**
 * The workload with the agent in front of its process: an `emptyDir`, an init container that copies the agent into it,
 * and the container's command replaced by the agent followed by the original command and arguments. The init container
 * takes over the container's securityContext and resources, so whatever admits the pod (Pod Security, quotas, limit
 * ranges) still does. Pure; nothing else is changed.
 *
 * @throws NxKubeError (configuration) where the process to start cannot be told
 */
export function injectAgent(object: KubeObject, injection: AgentInjection): KubeObject {
  const { container: name, agentImage, image, debug } = injection;
  const copy = structuredClone(object);
  const podSpec = podSpecOf(copy)!;
  const container = podSpec.containers.find((c) => c.name === name)!;
  const mount = { name: agentName, mountPath: agentDirectory };

  const process = originalCommand(object, container, image);
  container.command = [
    agentPath,
    'run',
    ...(debug ? [`--debug=${debug.port}`] : []),
    '--',
    ...process,
    ...(debug?.args ?? []),
  ];
  delete container.args;
  container.volumeMounts = [...(container.volumeMounts ?? []), mount];
  podSpec.volumes = [...(podSpec.volumes ?? []), { name: agentName, emptyDir: {} }];
  podSpec.initContainers = [
    {
      name: agentName,
      image: agentImage,
      command: [`/${agentName}`, 'install', agentDirectory],
      ...(container.securityContext && { securityContext: structuredClone(container.securityContext) }),
      ...(container.resources && { resources: structuredClone(container.resources) }),
      volumeMounts: [mount],
    },
    ...(podSpec.initContainers ?? []),
  ];
  return copy;
}

/** What the kubelet would run: `command` hides the image's entrypoint and arguments, `args` only its arguments. */
function originalCommand(object: KubeObject, container: Container, image: AgentInjection['image']): string[] {
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
