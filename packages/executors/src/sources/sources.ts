import type { KubeObject } from '@nx-kube/cluster';
import { readExtraManifests, type ExtraManifest } from './extra-manifests.js';
import { templateChart, type HelmRelease } from './helm.js';
import type { TargetCluster } from './target-cluster.js';

/** Objects that are applied besides the rendered ones. Paths are absolute, or URLs. */
export interface Sources {
  extraManifests?: readonly ExtraManifest[];
  helm?: readonly HelmRelease[];
}

export interface ReadSourcesOptions {
  /** Folder for what may be deleted at any time: downloads. */
  stateDirectory: string;
  /** Asked only where there are charts. */
  cluster: TargetCluster;
  signal?: AbortSignal;
}

/**
 * The objects of all sources, as they will be applied: in the order of the options, then of the files.
 *
 * @throws NxKubeError that names the source
 */
export async function readSources(sources: Sources, options: ReadSourcesOptions): Promise<KubeObject[]> {
  const { extraManifests = [], helm = [] } = sources;
  const { stateDirectory, cluster, signal } = options;
  const parts = await Promise.all([
    readExtraManifests(extraManifests, { stateDirectory, signal }),
    ...helm.map((release) => templateChart(release, cluster, signal)),
  ]);
  return parts.flat();
}

/** The local files that the sources are read from: absolute paths and globs. Pure. */
export function sourceFiles({ extraManifests = [], helm = [] }: Sources): string[] {
  return [
    ...extraManifests.filter((source) => typeof source === 'string'),
    ...helm.flatMap(({ chart, values = [] }) => [...(chart.startsWith('/') ? [`${chart}/**`] : []), ...values]),
  ];
}
