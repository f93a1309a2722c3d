import { explain, type Cluster } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { applyWorkload } from './apply-workload.js';
import { readManifests } from './content.js';
import { deliverImages } from './deliver-images.js';
import type { DeployOptions } from './deploy-options.js';
import { prepareObjects } from './prepare-objects.js';

/**
 * Ends debugging: applies the rendered workload again, without the changes for the debugger. Does not wait for the new
 * pod. Never rejects: an event reports a failure with its next step.
 */
export async function endDebug(
  cluster: Cluster,
  deploy: DeployOptions,
  emit: Emit,
  {
    withinMs = 4000,
  }: { /** Default: 4000 ms; Nx kills what has not ended 5 s after Ctrl-C. */ withinMs?: number } = {},
): Promise<void> {
  const signal = AbortSignal.timeout(withinMs);
  try {
    const plain: DeployOptions = { ...deploy, debug: undefined };
    const rendered = await readManifests(plain.manifests);
    // They were delivered when debugging began.
    const images = await deliverImages(cluster, plain, { dryRun: true, signal });
    const prepared = await prepareObjects(cluster, rendered, images, plain, { dryRun: true, signal });
    await applyWorkload(cluster, prepared, plain, { signal });
    emit({ type: 'debug', state: 'off' });
  } catch (error) {
    const why = signal.aborted ? `the cluster did not take it within ${withinMs / 1000} s` : explain(error);
    const message = `The workload is still as debugging needs it: ${why}\nRun nx run ${deploy.project}:kustomize-apply, or dev, to end it.`;
    emit({ type: 'debug', state: 'off', message });
  }
}
