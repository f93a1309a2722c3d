import {
  checkKinds,
  checkNamespaces,
  checkQuotas,
  explain,
  NxKubeError,
  type Cluster,
  type KubeObject,
  type PodOf,
} from '@nx-kube/cluster';
import { binaryPathOf, type ImageFor } from '../image/build/binary-path.js';
import { findWorkload } from '../workload/find.js';
import { customize } from '../workload/mutate.js';
import { podSpecOf } from '../workload/pod-template.js';
import { programOf } from '../workload/process.js';
import type { ContentOptions, OtherObjects } from './content.js';
import { setOf } from './deploy-options.js';

/** What is wrong with rendered objects, and the objects after patches and transform. */
export interface CheckedObjects {
  objects: KubeObject[];
  errors: NxKubeError[];
}

/**
 * Checks what the rendered objects alone tell: that patches and transform work, and that workload, container and binary
 * can be found. Needs neither an image nor a cluster.
 *
 * @param imageFor the choice of image-build, which looks for the workload by itself
 */
export async function checkRendered(
  rendered: KubeObject[],
  options: ContentOptions,
  imageFor?: ImageFor,
): Promise<CheckedObjects> {
  const errors: NxKubeError[] = [];
  const note = (error: unknown) => {
    if (!(error instanceof NxKubeError)) throw error;
    // Both targets may miss the same option.
    if (!errors.some(({ message }) => message === error.message)) errors.push(error);
  };
  const customized = await customize(rendered, options).catch(note);
  for (const [objects, choice] of [
    [customized, options],
    [rendered, imageFor],
  ] as const) {
    if (!objects || !choice) continue;
    try {
      const workload = findWorkload(objects, choice, options.manifests);
      if (choice === imageFor) binaryPathOf(workload, imageFor.baseImage);
      // The process of a container without a command is known only with the image.
      else if (options.agent !== false && workload.container.command?.length)
        programOf(workload.object, workload.container, { binaryPath: options.binaryPath });
    } catch (error) {
      note(error);
    }
  }
  return { objects: customized ?? rendered, errors };
}

/**
 * Checks what the cluster tells before anything is applied: unknown kinds, missing namespaces, and quotas that never
 * admit the pods. Objects of later stages are left out: what comes before them may install their kinds.
 *
 * @param objects the rendered objects, after patches and transform
 */
export async function checkInCluster(
  cluster: Cluster,
  objects: KubeObject[],
  { extra, components }: OtherObjects,
  options: ContentOptions,
  signal?: AbortSignal,
): Promise<NxKubeError[]> {
  const stages = [...components.before, [...objects, ...extra], ...components.after];
  const [first = []] = stages;
  const all = stages.flat();
  const found = await Promise.all([
    checkKinds(cluster, first, { all, signal }),
    checkNamespaces(cluster, setOf(options.project, cluster, options.owner), first, { all, signal }),
    checkQuotas(cluster, podsOf(first), { among: all, signal }),
  ]);
  return found.flat();
}

/** @throws NxKubeError with all errors as one message, where there are any */
export function requireNone(errors: readonly NxKubeError[], { manifests }: ContentOptions): void {
  const [first, ...more] = errors;
  if (!first) return;
  if (!more.length) throw first;
  const list = errors.map((error) => `  ${explain(error).replaceAll('\n', '\n  ')}`).join('\n');
  throw new NxKubeError('configuration', `${manifests} has ${errors.length} problems:\n${list}`);
}

function podsOf(objects: readonly KubeObject[]): PodOf[] {
  return objects.flatMap((object) => {
    const spec = podSpecOf(object);
    // Resources of the pod itself stand for those of its containers.
    if (!spec || spec['resources']) return [];
    return [{ object, containers: spec.containers, initContainers: spec.initContainers }];
  });
}
