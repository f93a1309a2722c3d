import type { KubeObject } from '@nx-kube/cluster';
import { escapeFolders, escapeGlob } from '../format/escape-glob.js';
import { readExtraManifests, type ExtraManifest } from './extra-manifests.js';
import { templateChart, type HelmRelease } from './helm.js';
import { renderedCharts } from './rendered-charts.js';
import type { TargetCluster } from './target-cluster.js';

/** Sources of objects beside the rendered manifests. Paths are absolute. */
export interface Sources {
  extraManifests?: readonly ExtraManifest[];
  helm?: readonly HelmRelease[];
}

export interface ReadSourcesOptions {
  /** Folder for files that may be deleted at any time. It holds downloads. */
  stateDirectory: string;
  /** Asked only if there are charts. */
  cluster: TargetCluster;
  signal?: AbortSignal;
}

/**
 * Reads the objects of all sources, in the order of the options and then of the files.
 *
 * @throws NxKubeError that names the source
 */
export async function readSources(sources: Sources, options: ReadSourcesOptions): Promise<KubeObject[]> {
  const { extraManifests = [], helm = [] } = sources;
  const { stateDirectory, cluster, signal } = options;
  const parts = await Promise.all([
    readExtraManifests(extraManifests, { stateDirectory, signal }),
    ...helm.map((release) => templateChart(release, cluster, signal, renderedCharts(stateDirectory))),
  ]);
  return parts.flat();
}

/** Lists the local files of the sources: absolute globs. */
export function sourceFiles({ extraManifests = [], helm = [] }: Sources): string[] {
  return [
    ...extraManifests.filter((source) => typeof source === 'string').map(escapeFolders),
    ...helm.flatMap(({ chart, values = [] }) => [...chartFiles(chart), ...values.map(escapeGlob)]),
  ];
}

/** A chart is a folder or an archive. */
function chartFiles(chart: string): string[] {
  return chart.startsWith('/') ? [escapeGlob(chart), `${escapeGlob(chart)}/**`] : [];
}
