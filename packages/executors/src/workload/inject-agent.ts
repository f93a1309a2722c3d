import { parseQuantity, type KubeObject } from '@nx-kube/cluster';
import type { DebugOptions } from './debug-options.js';
import { startedBy, starts } from './find-program.js';
import { podSpecOf, type Container, type PodSpec } from './pod-template.js';
import { programOf, type ImageProcess } from './process.js';

/** Folder of the agent and the delivered binary in the pod. */
export const agentDirectory = '/nx-kube';
export const agentPath = `${agentDirectory}/agent`;
/** Name of the volume and of the init container. They share it so that users find both with one search. */
export const agentName = 'nx-kube-agent';

export interface AgentInjection {
  container: string;
  /** Reference of the agent's image. */
  agentImage: string;
  /** Entrypoint and arguments of the image, which apply when the container has no command. */
  image?: ImageProcess;
  /** Where nodes have the agent's image from. Default: the kubelet's default policy applies. */
  source?: 'registry' | 'node';
  /** Size limit of the agent's volume, a quantity. Default: no limit. */
  volumeSize?: string;
  /** The word of the process that is the binary. Default: the program that the wrappers start. */
  binaryPath?: string;
  /**
   * Runs a delivered binary under the debugger that is installed with the agent, at this port of the pod's loopback.
   * `args` follow the process's own arguments.
   */
  debug?: Pick<DebugOptions, 'port' | 'args'>;
}

/**
 * Puts the agent before the process of a workload. It adds an `emptyDir` and an init container that copies the agent
 * into it. The command becomes the agent, followed by the original command and arguments. A wrapper such as a shell
 * stays before the agent, so that its variables and limits still reach the process.
 *
 * The init container has the container's securityContext, resources, pull policy and AppArmor profile, so that Pod
 * Security, quotas, limit ranges and other policies still admit the pod. A limit of ephemeral storage grows by the size
 * of the volume, which counts towards it. Nothing else changes. Pure.
 *
 * @throws NxKubeError (configuration) when no process is named, or its program is not known
 */
export function injectAgent(object: KubeObject, injection: AgentInjection): KubeObject {
  const { container: name, agentImage, image, source, volumeSize, binaryPath, debug } = injection;
  const copy = structuredClone(object);
  const podSpec = podSpecOf(copy)!;
  const container = podSpec.containers.find((c) => c.name === name)!;
  const mount = { name: agentName, mountPath: agentDirectory };

  const agent = [agentPath, 'run', ...(debug ? [`--debug=${debug.port}`] : []), '--'];
  const program = programOf(object, container, { image, binaryPath });
  container.command = startedBy(program, agent, debug?.args ?? []);
  // Empty, not absent: an absent field stays with another manager that set it, behind the arguments that the command
  // has now.
  container.args = [];
  container.volumeMounts = [...(container.volumeMounts ?? []), mount];
  podSpec.volumes = [
    ...(podSpec.volumes ?? []),
    { name: agentName, emptyDir: volumeSize ? { sizeLimit: volumeSize } : {} },
  ];
  podSpec.initContainers = [
    {
      name: agentName,
      image: agentImage,
      ...pullPolicy(container, source),
      command: [`/${agentName}`, 'install', agentDirectory],
      ...(container.securityContext && { securityContext: structuredClone(container.securityContext) }),
      ...(container.resources && { resources: structuredClone(container.resources) }),
      volumeMounts: [mount],
    },
    ...(podSpec.initContainers ?? []),
  ];
  if (volumeSize) growEphemeralStorage(podSpec, container, volumeSize);
  copyAppArmorProfile(copy, name);
  return copy;
}

function pullPolicy(container: Container, source: AgentInjection['source']): { imagePullPolicy?: string } {
  if (source === 'node') return { imagePullPolicy: 'IfNotPresent' };
  return container['imagePullPolicy'] === 'Always' ? { imagePullPolicy: 'Always' } : {};
}

/** The kubelet evicts a pod whose volumes exceed the limits of its containers, taken together. */
function growEphemeralStorage({ containers }: PodSpec, container: Container, volumeSize: string): void {
  const key = 'ephemeral-storage';
  const limitsOf = ({ resources }: Container) => (resources?.['limits'] ?? {}) as Record<string, unknown>;
  const limited = [container, ...containers].find((one) => limitsOf(one)[key] !== undefined);
  const sum = limited && sumOf(limitsOf(limited)[key], volumeSize);
  if (sum) limitsOf(limited)[key] = sum;
}

/** The profile of a container in an annotation of the pod, as before Kubernetes 1.30. */
function copyAppArmorProfile(object: KubeObject, container: string): void {
  const prefix = 'container.apparmor.security.beta.kubernetes.io/';
  const { annotations } = (object['spec']?.template?.metadata ?? {}) as { annotations?: Record<string, string> };
  const profile = annotations?.[`${prefix}${container}`];
  if (profile) annotations[`${prefix}${agentName}`] = profile;
}

/** Whether a container starts its process through the agent. Pure. */
export function usesAgent(container: Pick<Container, 'command'> | undefined): boolean {
  return starts(container?.command ?? [], agentPath);
}

/** Adds quantities of bytes. Returns undefined if one is malformed. */
function sumOf(...quantities: unknown[]): string | undefined {
  const parsed = quantities.map(parseQuantity);
  if (parsed.some((quantity) => quantity === undefined)) return undefined;
  return String(parsed.reduce<bigint>((sum, quantity) => sum + quantity!, 0n) / 10n ** 9n);
}
