import { join } from 'node:path';
import {
  childController,
  type Change,
  type Cluster,
  type KubeObject,
  type NxKubeError,
  type WaitReadyOptions,
} from '@nx-kube/cluster';
import { applyManifests, type Applied } from './apply-manifests.js';
import type { ContentOptions, OtherObjects } from './content.js';
import type { DeliveredImages } from './deliver-images.js';
import { waitDeployed } from './wait-deployed.js';
import { WorkloadProcesses } from './workload-processes.js';

export interface ApplyAndWaitOptions {
  /** Objects of other sources, if the caller has read them. Default: read here. */
  others?: OtherObjects;
  /** Time-out (ms) for the applied objects to become ready. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Called when all objects are applied, before they are ready. */
  onApplied: (applied: Applied) => void;
  /** Called at the end with what was pruned only when no pod used it any more. */
  onPruned?: (changes: Change[]) => void;
  /** Called with each status of an object that is waited for. */
  onStatus?: WaitReadyOptions['onStatus'];
  /** Called with what else a user should know. */
  onNotice?: (message: string) => void;
}

/**
 * Applies rendered objects, and waits until all of them are ready and the workload's processes run.
 *
 * @throws NxKubeError as soon as an object cannot become ready, or a process under the agent crashes repeatedly; with
 *   its last lines
 */
export async function applyAndWait(
  cluster: Cluster,
  rendered: KubeObject[],
  images: DeliveredImages,
  options: ContentOptions,
  { others, timeoutMs, signal: outer, onApplied, onPruned, onStatus, onNotice }: ApplyAndWaitOptions,
): Promise<void> {
  const done = childController(outer);
  const { signal } = done;
  let crash: NxKubeError | undefined;
  const processes = new WorkloadProcesses(cluster, {
    storeDirectory: join(options.stateDirectory, 'binaries'),
    signal,
    onCrashing: (error) => {
      crash ??= error;
      done.abort(error);
    },
  });
  try {
    const applied = await applyManifests(cluster, rendered, images, options, {
      ...{ others, timeoutMs, signal, onStatus, onNotice },
      onWorkload: async (prepared) => {
        if (images.agentImage) await processes.follow(prepared);
      },
    });
    onApplied(applied);
    await waitDeployed(cluster, applied.objects, { timeoutMs, signal, onStatus });
    await processes.settled(timeoutMs);
    onPruned?.((await applied.pruneUnused?.(signal)) ?? []);
  } catch (error) {
    throw crash ?? error;
  } finally {
    done.abort();
  }
}
