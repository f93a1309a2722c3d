import type { KubeObject } from '@nx-kube/cluster';

/** Who has a Lease, as client-go's leader election writes it. */
export interface Tenure {
  /** `spec.holderIdentity`: host name and a random id, another one for each process. */
  holder: string;
  /** By the clock of the holder's node, in ms since the epoch; and so is `renewedAt`. */
  acquiredAt: number;
  renewedAt: number;
}

/** Undefined where nobody has the Lease: it was given back, or never taken. Pure. */
export function tenureOf(lease: KubeObject): Tenure | undefined {
  const spec = (lease['spec'] ?? {}) as { holderIdentity?: string; acquireTime?: string; renewTime?: string };
  const { holderIdentity: holder, acquireTime, renewTime = acquireTime } = spec;
  if (!holder || !acquireTime) return undefined;
  return { holder, acquiredAt: Date.parse(acquireTime), renewedAt: Date.parse(renewTime!) };
}

/** Whether the holder is a process in the pod, now or before. Pure. */
export function isHeldIn(pod: string, { holder }: Tenure): boolean {
  return holder.slice(0, holder.lastIndexOf('_')) === hostNameOf(pod);
}

/** As the kubelet cuts a pod's name for its host name. */
function hostNameOf(pod: string): string {
  return pod.slice(0, 63).replace(/[-.]+$/, '');
}
