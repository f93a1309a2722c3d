import type { KubeObject, OwnerReference, Ref } from '../object/kube-object.js';

/** Stands for owners that the user may not read. */
export const forbidden = Symbol('forbidden');

/**
 * Decides whether a pod's owner references lead to a workload. No pod does before the owners are known. An owner that
 * may not be read is known by its name only: the ReplicaSet of a Deployment has the name of the Deployment with the
 * hash of the pod template.
 */
export class Ownership {
  /** The last uid stays when the workload is deleted: its pods live on for a moment. */
  #uid: string | typeof forbidden | undefined;
  #replicaSets: readonly KubeObject[] | typeof forbidden = [];

  constructor(private readonly workload: Ref) {}

  setWorkload(live: KubeObject | typeof forbidden | undefined): void {
    this.#uid = live === forbidden ? forbidden : (live?.metadata.uid ?? this.#uid);
  }

  setReplicaSets(replicaSets: readonly KubeObject[] | typeof forbidden): void {
    this.#replicaSets = replicaSets;
  }

  owns(pod: KubeObject): boolean {
    const owner = controllerOf(pod);
    if (!owner || this.workload.kind !== 'Deployment') return this.#isWorkload(owner);
    const sets = this.#replicaSets;
    if (sets === forbidden) return owner.kind === 'ReplicaSet' && owner.name === this.#replicaSetNameOf(pod);
    const between = sets.find(({ metadata }) => metadata.uid === owner.uid);
    return this.#isWorkload(between && controllerOf(between));
  }

  #isWorkload(owner: OwnerReference | undefined): boolean {
    if (!owner || this.#uid === undefined) return false;
    if (this.#uid !== forbidden) return owner.uid === this.#uid;
    return owner.kind === this.workload.kind && owner.name === this.workload.name;
  }

  #replicaSetNameOf({ metadata }: KubeObject): string {
    return `${this.workload.name}-${metadata.labels?.['pod-template-hash']}`;
  }
}

/** The owner that manages an object. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}
