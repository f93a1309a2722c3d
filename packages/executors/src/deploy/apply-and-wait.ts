import { join } from 'node:path';
import { childController, refOf, waitReady, type Cluster, type KubeObject, type NxKubeError } from '@nx-kube/cluster';
import { applyManifests, type Applied } from './apply-manifests.js';
import type { ContentOptions } from './content.js';
import type { DeliveredImages } from './deliver-images.js';
import { WorkloadProcesses } from './workload-processes.js';

export interface ApplyAndWaitOptions {
  /** How long what was applied may take to become ready, in ms. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Called when all has been applied. */
  onApplied: (applied: Applied) => void;
}

/**
 * Applies rendered objects and waits until all of it is ready and the workload's processes run.
 *
 * @throws NxKubeError as soon as something cannot get ready: also a process that dies again and again under the agent,
 *   with its last lines
 */
export async function applyAndWait(
  cluster: Cluster,
  rendered: KubeObject[],
  images: DeliveredImages,
  options: ContentOptions,
  { timeoutMs, signal: outer, onApplied }: ApplyAndWaitOptions,
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
      timeoutMs,
      signal,
      onWorkload: async (prepared) => {
        if (images.agentImage) await processes.follow(prepared);
      },
    });
    onApplied(applied);
    await waitReady(cluster, applied.objects.map(refOf), { timeoutMs, signal });
    await processes.settled(timeoutMs);
  } catch (error) {
    throw crash ?? error;
  } finally {
    done.abort();
  }
}
