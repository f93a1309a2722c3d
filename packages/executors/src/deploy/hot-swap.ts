import { join } from 'node:path';
import { childController, currentPods, NxKubeError, read, refOf, subject, type Cluster } from '@nx-kube/cluster';
import type { OnPodEvent } from '../pods/pod-event.js';
import { runningContainer } from '../pods/target-container.js';
import { WorkloadPods } from '../pods/workload-pods.js';
import type { Prepared } from '../workload/mutate.js';
import { applyWorkload } from './apply-workload.js';
import { readManifests } from './content.js';
import { deliverImages } from './deliver-images.js';
import type { DeployOptions } from './deploy-options.js';
import { hasImages } from './has-images.js';
import { prepareObjects } from './prepare-objects.js';
import { replaceStuckPods } from './replace-stuck-pods.js';
import { waitDeployed } from './wait-deployed.js';

export interface HotSwapOptions {
  /** Absolute path of the binary. */
  binary: string;
  graceMs: number;
  /** Time-out (ms) for the pods to become ready, before the swap and again after it. */
  timeoutMs: number;
  emit: OnPodEvent;
  signal: AbortSignal;
}

/**
 * Brings every pod of the workload to the binary and restarts its process, once; then waits until the workload is
 * ready. First applies the workload where it lacks its image or the agent, which replaces its pods.
 *
 * @returns the number of pods, and of those that did not have the binary yet
 * @throws NxKubeError where the workload is not in the cluster, a pod does not get ready, or the new process crashes
 */
export async function hotSwap(
  cluster: Cluster,
  deploy: DeployOptions,
  { binary, graceMs, timeoutMs, emit, signal: outer }: HotSwapOptions,
): Promise<{ pods: number; sentTo: number }> {
  const images = await deliverImages(cluster, { ...deploy, agent: true }, { signal: outer });
  const rendered = await readManifests(deploy.manifests);
  const prepared = await prepareObjects(cluster, rendered, images, { ...deploy, binary }, { signal: outer });
  await ensureImages(cluster, prepared, deploy, outer);
  if (!(await canBeSwapped(cluster, prepared, outer)))
    await waitDeployed(cluster, [prepared.workload], { timeoutMs, signal: outer });

  // The connections to the pods end with the swap.
  const done = childController(outer);
  const { signal } = done;
  try {
    const storeDirectory = join(deploy.stateDirectory, 'binaries');
    const pods = new WorkloadPods({ cluster, storeDirectory, graceMs, logs: false, onEvent: emit, signal });
    const keeper = await pods.keep(prepared);
    const { pods: count = 0, outcome } = await keeper.bring(binary, undefined, signal);
    const untouched = await keeper.restartUntouched();
    const fate = await outcome;
    if (fate && 'crashed' in fate) throw new NxKubeError('user-code', fate.crashed);
    // The keeper also brings a pod to the binary that comes only now.
    await waitDeployed(cluster, [prepared.workload], { timeoutMs, signal });
    return { pods: count, sentTo: count - untouched };
  } finally {
    done.abort();
  }
}

/** Applies the workload unless the live one has its image and the agent. */
async function ensureImages(cluster: Cluster, prepared: Prepared, deploy: DeployOptions, signal: AbortSignal) {
  const { workload, container } = prepared;
  const live = await read(cluster, refOf(workload), { signal });
  if (!live) {
    throw new NxKubeError('configuration', `${subject(workload)} is not in the cluster`, {
      next: 'Run kustomize-apply or dev first.',
    });
  }
  if (hasImages(live, workload)) return;
  await applyWorkload(cluster, prepared, deploy, { live, signal });
  await replaceStuckPods(cluster, workload, container.name, signal);
}

/** Whether the agent runs in every pod. A pod whose process crashes never gets ready: only the new binary fixes it. */
async function canBeSwapped(
  cluster: Cluster,
  { workload, container }: Prepared,
  signal: AbortSignal,
): Promise<boolean> {
  const pods = await currentPods(cluster, refOf(workload), { signal });
  return pods.length > 0 && pods.every((pod) => runningContainer(pod, container.name));
}
