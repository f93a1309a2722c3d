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

/** Which project's loop suspended a Kustomization or HelmRelease. */
export const suspendedBy = 'nx-kube.dev/suspended-by';

export interface HandOver {
  /** `Kind/namespace/name`. */
  suspended: string[];
  resumed: string[];
}

/**
 * Has Flux leave a workload alone: suspends what reconciles it, and notes on it that this project did. What the project holds from
 * an earlier run, and does not reconcile the workload, is resumed. What somebody else has suspended stays as it is.
 *
 * @throws NxKubeError (configuration) where what reconciles it could be suspended, but not be found again to be resumed
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
    // The labels may be left over from a reconciler that is gone.
    if (!reconciler || reconciler['spec']?.suspend) continue;
    if (listed.refused.includes(ref.kind)) throw refusedError(ref, workload);
    const annotations = { [suspendedBy]: project };
    await patch(cluster, ref, { metadata: { annotations }, spec: { suspend: true } }, { signal });
    suspended.push(subject(ref));
  }
  return { suspended, resumed };
}

/**
 * What reconciles a workload, and what a project holds for nothing. Labels of the workload decide; where it has none, for it is gone or
 * was made anew without them, what the reconcilers say themselves. Pure.
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
  // While the workload is gone its labels are, too: what is held may still reconcile it, and would bring it back.
  return { wanted, obsolete: live ? held : [] };
}

interface HandOverState {
  project: string;
  workload: Ref;
  /** The workload as it is, if it is there. */
  live?: KubeObject;
  /** All in the cluster. */
  reconcilers: readonly KubeObject[];
}

/** Has Flux go on with all that the project has suspended. @returns `Kind/namespace/name` of each */
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

/** Everywhere, for a workload may have moved to another namespace since. A cluster without Flux has none. */
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

/** To suspend it all the same would leave it suspended for good: nobody would find it to resume it. */
function refusedError(reconciler: Ref, workload: Ref): NxKubeError {
  const { kind, namespace, name } = reconciler;
  return new NxKubeError(
    'configuration',
    `${subject(reconciler)} reconciles ${subject(workload)}, and is not suspended: objects of the kind ${kind} may not be listed in all namespaces, which resuming it later needs`,
    {
      next: `Ask for the right to list them, or suspend it yourself: flux suspend ${kind.toLowerCase()} ${name} -n ${namespace}`,
    },
  );
}
