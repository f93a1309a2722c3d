import { apply, partOfLabel, read, refOf, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { fromSuspendedFlux } from '../flux/take-over.js';
import type { Prepared } from '../workload/mutate.js';
import type { DeployOptions } from './deploy-options.js';
import { mayLeave } from './left-fields.js';

/**
 * Applies the workload by itself, as a member of the set that it belongs to.
 *
 * @param live the workload as it is in the cluster, if that has been read already
 */
export async function applyWorkload(
  cluster: Cluster,
  prepared: Pick<Prepared, 'workload' | 'container' | 'relaxed' | 'takenOut'>,
  { recreate, force }: Pick<DeployOptions, 'recreate' | 'force'>,
  { live, signal }: { live?: KubeObject; signal: AbortSignal },
): Promise<void> {
  const { workload } = prepared;
  const found = live ?? (await read(cluster, refOf(workload), { signal }));
  // Without the label, the set would no longer own the object.
  const owner = found?.metadata.labels?.[partOfLabel];
  const labels = { ...workload.metadata.labels, ...(owner && { [partOfLabel]: owner }) };
  const takeOver = fromSuspendedFlux(cluster, signal);
  const object = { ...workload, metadata: { ...workload.metadata, labels } };
  await apply(cluster, [object], {
    recreate,
    force,
    takeOver,
    mayLeave: mayLeave(prepared),
    takenOut: prepared.takenOut,
    signal,
  });
}
