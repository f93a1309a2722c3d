import {
  ApiError,
  list,
  NxKubeError,
  patch,
  read,
  refOf,
  subject,
  type Cluster,
  type KubeObject,
  type Ref,
} from '@nx-kube/cluster';
import { hasApplied, reconcilerKinds, reconcilersOf } from './reconcilers.js';

/** Annotation on a Kustomization or HelmRelease: the project whose loop suspended it. */
export const suspendedBy = 'nx-kube.dev/suspended-by';

export interface HandOver {
  /** Subjects (`Kind/namespace/name`) of the reconcilers that were suspended. */
  suspended: string[];
  /** Subjects of the reconcilers that were resumed. */
  resumed: string[];
}

/**
 * Suspends the Flux reconcilers of a workload, and records the project in an annotation on them. Resumes those that the
 * project suspended in an earlier run and that do not reconcile the workload. Leaves alone what another user suspended.
 *
 * @throws NxKubeError (configuration) when a reconciler could be suspended, but not be found later to resume it
 */
export async function handOver(
  cluster: Cluster,
  { project, workload, signal }: { project: string; workload: Ref; signal?: AbortSignal },
): Promise<HandOver> {
  const live = await read(cluster, workload, { signal });
  const listed = await listReconcilers(cluster, signal);
  const { wanted, obsolete } = planHandOver({ project, workload, live, reconcilers: listed.objects });
  const resumed = await resumeAll(cluster, obsolete, signal);

  const suspended: string[] = [];
  for (const ref of wanted) {
    const reconciler = await read(cluster, ref, { signal });
    // The labels may name a reconciler that was deleted.
    if (!reconciler || reconciler['spec']?.suspend) continue;
    if (listed.refused.includes(ref.kind)) throw refusedError(ref, workload);
    const annotations = { [suspendedBy]: project };
    await patch(cluster, ref, { metadata: { annotations }, spec: { suspend: true } }, { signal });
    suspended.push(subject(ref));
  }
  return { suspended, resumed };
}

/**
 * Decides which reconcilers to suspend (`wanted`) and which to resume (`obsolete`). The labels of the workload decide.
 * When it has none, because it was deleted or created again, the inventories of the reconcilers decide. Pure.
 */
export function planHandOver({ project, workload, live, reconcilers }: HandOverState): {
  wanted: Ref[];
  obsolete: KubeObject[];
} {
  const labelled = live ? reconcilersOf(live) : [];
  const wanted = labelled.length
    ? labelled
    : reconcilers.filter((object) => hasApplied(object, workload)).map((object) => refOf(object));
  const names = wanted.map(subject);
  const held = reconcilers.filter((object) => isHeldBy(project, object) && !names.includes(subject(object)));
  // Without the workload there are no labels: a suspended reconciler may still be its own, and would restore it.
  return { wanted, obsolete: live ? held : [] };
}

interface HandOverState {
  project: string;
  workload: Ref;
  /** The workload in the cluster. Absent when it is deleted. */
  live?: KubeObject;
  /** All reconcilers in the cluster. */
  reconcilers: readonly KubeObject[];
}

/** Resumes all reconcilers that the project has suspended. @returns `Kind/namespace/name` of each */
export async function resumeFlux(cluster: Cluster, project: string, signal?: AbortSignal): Promise<string[]> {
  const { objects } = await listReconcilers(cluster, signal);
  return await resumeAll(
    cluster,
    objects.filter((object) => isHeldBy(project, object)),
    signal,
  );
}

function isHeldBy(project: string, { metadata }: KubeObject): boolean {
  return metadata.annotations?.[suspendedBy] === project;
}

async function resumeAll(cluster: Cluster, held: readonly KubeObject[], signal?: AbortSignal): Promise<string[]> {
  for (const object of held) {
    const annotations = { [suspendedBy]: null };
    await patch(cluster, refOf(object), { metadata: { annotations }, spec: { suspend: false } }, { signal });
  }
  return held.map(subject);
}

/** Lists all namespaces, as a workload may have moved since. Without Flux in the cluster the list is empty. */
async function listReconcilers(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<{ objects: KubeObject[]; refused: string[] }> {
  const refused: string[] = [];
  const all = await Promise.all(
    reconcilerKinds.map(async ({ apiVersion, kind }) => {
      try {
        return await list(cluster, { apiVersion, kind, signal });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 403) refused.push(kind);
        else if (error.reason !== 'UnknownKind') throw error;
        return [];
      }
    }),
  );
  return { objects: all.flat(), refused };
}

/** The error for a reconciler that would stay suspended for good, as no later run could find it. */
function refusedError(reconciler: Ref, workload: Ref): NxKubeError {
  const { kind, namespace, name } = reconciler;
  return new NxKubeError(
    'configuration',
    `${subject(reconciler)} reconciles ${subject(workload)} and was not suspended: you may not list objects of the kind ${kind} in all namespaces, which is needed to resume it later.`,
    {
      next: `Ask for the right to list them, or suspend it yourself: flux suspend ${kind.toLowerCase()} ${name} -n ${namespace}.`,
    },
  );
}
