import { ApiError } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { removeTelling } from '../api/objects.js';
import { retry } from '../api/retry.js';
import { stages } from '../apply/stages.js';
import { groupOf, type Ref } from '../object/kube-object.js';
import { waitGone } from '../readiness/wait-gone.js';
import type { Member } from './members.js';

export interface DeleteOptions {
  /** Time-out (ms) for the objects of a stage to be gone. */
  timeoutMs: number;
  signal?: AbortSignal;
  onDeleting?: (member: Pick<Member, 'ref' | 'uid'>) => void;
  onDeleted?: (member: Member) => void;
}

/**
 * Deletes members in the reverse order of apply. Deletes each only while it has the uid that was seen. Each stage is
 * gone before the next starts.
 *
 * @throws NxKubeError that names objects that do not go away, with their finalizers
 */
export async function deleteMembers(
  cluster: Cluster,
  members: readonly Member[],
  { timeoutMs, signal, onDeleting, onDeleted }: DeleteOptions,
): Promise<void> {
  for (const stage of stages(members, ({ ref }) => ref.kind).reverse()) {
    const outcomes = await mapConcurrently(stage, 8, async (member) => {
      onDeleting?.(member);
      return await deleteOne(cluster, member, signal);
    });
    await waitGone(
      cluster,
      stage.filter((_, index) => outcomes[index] === 'going'),
      { timeoutMs, signal },
    );
    stage.forEach((member, index) => outcomes[index] !== 'replaced' && onDeleted?.(member));
  }
}

/**
 * Deletes one member.
 *
 * @returns `replaced` if another object has taken its name
 */
async function deleteOne(
  cluster: Cluster,
  { ref, uid }: Member,
  signal?: AbortSignal,
): Promise<'absent' | 'gone' | 'going' | 'replaced'> {
  // The pods of a workload go first, so that "gone" means that none of its pods runs.
  const propagationPolicy = isWorkload(ref) ? 'Foreground' : 'Background';
  try {
    return await retry(() => removeTelling(cluster, ref, { uid, propagationPolicy, signal }), { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return 'replaced';
    throw error;
  }
}

function isWorkload({ apiVersion }: Ref): boolean {
  return ['apps', 'batch'].includes(groupOf(apiVersion));
}
