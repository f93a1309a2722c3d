import { ApiError, list, patch, read, refOf, subject, type Cluster, type KubeObject, type Ref } from '@nx-kube/cluster';

/** Which project's loop suspended a Kustomization or HelmRelease. */
export const suspendedBy = 'nx-kube.dev/suspended-by';

const kinds = [
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', label: 'kustomize.toolkit.fluxcd.io' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', label: 'helm.toolkit.fluxcd.io' },
] as const;

/** What Flux reconciles an object from, by the labels that it leaves on it. Pure. */
export function reconcilersOf({ metadata: { labels = {} } }: KubeObject): Ref[] {
  return kinds.flatMap(({ apiVersion, kind, label }) => {
    const [name, namespace] = [labels[`${label}/name`], labels[`${label}/namespace`]];
    return name && namespace ? [{ apiVersion, kind, namespace, name }] : [];
  });
}

export interface HandOver {
  /** `Kind/namespace/name`. */
  suspended: string[];
  resumed: string[];
}

/**
 * Has Flux leave a workload alone: suspends what reconciles it, and notes on it that this project did. What the project holds from
 * an earlier run, and does not reconcile the workload, is resumed. What somebody else has suspended stays as it is.
 */
export async function handOver(
  cluster: Cluster,
  { project, workload, signal }: { project: string; workload: Ref; signal?: AbortSignal },
): Promise<HandOver> {
  const live = await read(cluster, workload, { signal });
  const wanted = live ? reconcilersOf(live) : [];
  const isWanted = (object: KubeObject) => wanted.some((ref) => subject(ref) === subject(object));
  const held = await heldBy(cluster, project, signal);
  const resumed = await resumeAll(
    cluster,
    held.filter((object) => !isWanted(object)),
    signal,
  );

  const suspended: string[] = [];
  for (const ref of wanted) {
    const reconciler = await read(cluster, ref, { signal });
    // The labels may be left over from a reconciler that is gone.
    if (!reconciler || reconciler['spec']?.suspend) continue;
    const annotations = { [suspendedBy]: project };
    await patch(cluster, ref, { metadata: { annotations }, spec: { suspend: true } }, { signal });
    suspended.push(subject(ref));
  }
  return { suspended, resumed };
}

/** Has Flux go on with all that the project has suspended. @returns `Kind/namespace/name` of each */
export async function resumeFlux(cluster: Cluster, project: string, signal?: AbortSignal): Promise<string[]> {
  return await resumeAll(cluster, await heldBy(cluster, project, signal), signal);
}

async function resumeAll(cluster: Cluster, held: readonly KubeObject[], signal?: AbortSignal): Promise<string[]> {
  for (const object of held) {
    const annotations = { [suspendedBy]: null };
    await patch(cluster, refOf(object), { metadata: { annotations }, spec: { suspend: false } }, { signal });
  }
  return held.map(subject);
}

/** Everywhere, for a workload may have moved to another namespace since. A cluster without Flux has none. */
async function heldBy(cluster: Cluster, project: string, signal?: AbortSignal): Promise<KubeObject[]> {
  const all = await Promise.all(
    kinds.map(({ apiVersion, kind }) =>
      list(cluster, { apiVersion, kind, signal }).catch((error: unknown) => {
        // Whoever may not list them has suspended none.
        if (error instanceof ApiError && (error.reason === 'UnknownKind' || error.status === 403)) return [];
        throw error;
      }),
    ),
  );
  return all.flat().filter(({ metadata }) => metadata.annotations?.[suspendedBy] === project);
}
