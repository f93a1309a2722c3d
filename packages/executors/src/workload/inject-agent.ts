import type { KubeObject } from '@nx-kube/cluster';
import type { DebugOptions } from './debug-options.js';
import { podSpecOf } from './pod-template.js';
import { processOf, type ImageProcess } from './process.js';

/** Where the agent and the live binary lie in the pod. */
export const agentDirectory = '/nx-kube';
export const agentPath = `${agentDirectory}/agent`;
/** Name of the volume and of the init container: one word a user can search for. */
export const agentName = 'nx-kube-agent';

export interface AgentInjection {
  container: string;
  /** Reference of the agent's image. */
  agentImage: string;
  /** What the image says it starts, which applies where the container names no command. */
  image?: ImageProcess;
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

  const process = processOf(object, container, image);
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
