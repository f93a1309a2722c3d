import { NxKubeError, refOf, subject, type KubeObject } from '@nx-kube/cluster';
import { agentName, usesAgent } from './inject-agent.js';
import { podSpecOf } from './pod-template.js';

const mebibyte = 1024 ** 2;
/** Room (bytes) for the agent, the debugger and growth of the binary. */
const slack = 64 * mebibyte;
/** Size (bytes) without a known binary. It holds two binaries of 480 MiB. */
const usualSize = 1024 * mebibyte;
const leastSize = 256 * mebibyte;

/**
 * Size limit of the agent's volume. It fits the binary, its successor beside it, and slack. It is a power of two, so
 * that it stays the same while the binary grows: another limit replaces the pods. Pure.
 *
 * @param binary size (bytes) of the binary, if it is known
 * @returns a quantity: `256Mi`
 */
export function agentVolumeSize(binary: number | undefined): string {
  const needed = binary === undefined ? usualSize : Math.max(leastSize, 2 * binary + slack);
  return `${2 ** Math.ceil(Math.log2(needed / mebibyte))}Mi`;
}

/** A policy that refuses a pod because of what nx-kube adds to it. */
const refusal = /cannot create pods|denied the request|denied request|is forbidden|violates/i;
const addition = /volume|empty ?dir|size ?limit|init ?container|mount|ephemeral|nx-kube/i;
/** The refusal of a user's rights. */
const rights = /\b(?:User|serviceaccount) "/i;

/**
 * Adds to the refusal of a pod which parts of the pod are nx-kube's. Returns other errors as they are. Pure.
 *
 * @param objects the objects that were applied
 */
export function namingAdditions(error: unknown, objects: readonly KubeObject[]): unknown {
  if (!(error instanceof NxKubeError)) return error;
  const { message, culprit } = error;
  const isRefusal = refusal.test(message) && addition.test(message) && !rights.test(message);
  const isOurs = (object: KubeObject) =>
    message.includes(subject(refOf(object))) && podSpecOf(object)?.containers.some(usesAgent);
  if (!isRefusal || !objects.some(isOurs)) return error;
  return new NxKubeError(
    culprit,
    `${message} The volume ${agentName} (an emptyDir), its mount and the init container ${agentName} are additions of nx-kube.`,
    {
      next: 'Set the option "agentVolumeSize" of kustomize-apply to a size that the policy admits, exempt these additions from the policy, or set the option "agent" to false.',
      cause: error,
    },
  );
}
