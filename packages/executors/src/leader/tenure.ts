import type { KubeObject } from '@nx-kube/cluster';

/** The holder of a Lease, as client-go's leader election writes it. */
export interface Tenure {
  /** `spec.holderIdentity`: host name and a random id, which differs for each process. */
  holder: string;
  /** Time of acquisition (ms since the epoch), by the clock of the holder's node. */
  acquiredAt: number;
  /** Time of the last renewal (ms since the epoch), by the same clock. */
  renewedAt: number;
}

/**
 * Reads the holder from a Lease. Returns undefined when there is none: the Lease was given back or never taken. Pure.
 */
export function tenureOf(lease: KubeObject): Tenure | undefined {
  const spec = (lease['spec'] ?? {}) as { holderIdentity?: string; acquireTime?: string; renewTime?: string };
  const { holderIdentity: holder, acquireTime, renewTime = acquireTime } = spec;
  if (!holder || !acquireTime) return undefined;
  return { holder, acquiredAt: Date.parse(acquireTime), renewedAt: Date.parse(renewTime!) };
}

/** Whether the holder is a present or former process of the pod. Pure. */
export function isHeldIn(pod: string, { holder }: Tenure): boolean {
  return holder.slice(0, holder.lastIndexOf('_')) === hostNameOf(pod);
}

/** Host name of a pod: the kubelet shortens the pod's name to 63 characters. */
function hostNameOf(pod: string): string {
  return pod.slice(0, 63).replace(/[-.]+$/, '');
}
