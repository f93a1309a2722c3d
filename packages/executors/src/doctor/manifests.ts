import type { Cluster, KubeObject } from '@nx-kube/cluster';
import { checkInCluster, checkRendered } from '../deploy/check-content.js';
import type { ContentOptions, OtherObjects } from '../deploy/content.js';
import type { ImageFor } from '../image/build/binary-path.js';
import { failureOf } from './cluster.js';
import { ok, type Diagnosis } from './diagnosis.js';

const check = 'manifests';

export interface ManifestsExamination {
  deploy: ContentOptions;
  /** The choice of the workload that image-build makes the image for. */
  imageFor?: ImageFor;
  /** Whether targets of the project may install missing kinds and namespaces. Then these are only warnings. */
  mayInstall: boolean;
  signal?: AbortSignal;
}

/**
 * Checks the rendered objects as `dev` does before anything is applied: patches, workload, container, kinds, namespaces
 * and quotas.
 *
 * @returns one diagnosis for each problem, or one that all is well
 */
export async function diagnoseManifests(
  cluster: Cluster,
  rendered: KubeObject[],
  others: OtherObjects,
  { deploy, imageFor, mayInstall, signal }: ManifestsExamination,
): Promise<Diagnosis[]> {
  const { objects, errors } = await checkRendered(rendered, deploy, imageFor);
  const failures = errors.map((error) => failureOf(check, error));
  const missing = await checkInCluster(cluster, objects, others, deploy, signal).then(
    (found) => found.map((error) => failureOf(check, error)),
    (error: unknown) => {
      signal?.throwIfAborted();
      return [failureOf(check, error)];
    },
  );
  const inCluster = missing.map((one): Diagnosis => (mayInstall ? { ...one, verdict: 'warn' } : one));
  const all = [...failures, ...inCluster];
  return all.length
    ? all
    : [ok(check, `${objects.length} objects: workload, kinds, namespaces and quotas are in order`)];
}
