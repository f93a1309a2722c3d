import { groupOf, NxKubeError, parseManifests, type KubeObject } from '@nx-kube/cluster';
import { requireCommand } from '../process/find.js';
import { runCommand } from '../process/run.js';
import { tools } from '../requirements/tools.js';
import type { TargetCluster } from './target-cluster.js';

/** A chart to render, as `helm install` would take it. */
export interface HelmRelease {
  /** Name of the release. */
  release: string;
  /** Folder or archive (absolute), `oci://` reference, or name within `repo`. */
  chart: string;
  namespace: string;
  /** Default: the newest. */
  version?: string;
  /** URL of the chart's repository. */
  repo?: string;
  /** Files of values (absolute); later ones win. */
  values?: readonly string[];
  /** Values by their path, over those of files: `{ "image.tag": "v1" }`. */
  set?: Readonly<Record<string, unknown>>;
}

/**
 * The objects of a chart, without its tests. Hooks are among them, as ordinary objects. Those that have no namespace get the
 * release's, as `helm install` would give it to them.
 *
 * @throws NxKubeError (configuration) with helm's own message
 */
export async function templateChart(
  helm: HelmRelease,
  cluster: TargetCluster,
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const kubeVersion = await cluster.kubeVersion();
  const command = await requireCommand('helm', tools.helm.get);
  const { exitCode, stdout, stderr } = await runCommand(command, helmArguments(helm, kubeVersion), { signal });
  signal?.throwIfAborted();
  if (exitCode !== 0) {
    const message = stderr.trim().replace(/^Error: /, '');
    throw new NxKubeError('configuration', `helm release ${helm.release} (${helm.chart}): ${message}`, {
      next: 'Correct the chart, its values, or the option "helm".',
    });
  }
  return await inReleaseNamespace(parseManifests(stdout, `helm release ${helm.release}`), helm.namespace, cluster);
}

/** Pure. */
export function helmArguments(
  { release, chart, namespace, version, repo, values = [], set = {} }: HelmRelease,
  kubeVersion?: string,
): string[] {
  return [
    ...['template', release, chart, '--namespace', namespace, '--include-crds', '--skip-tests'],
    ...(version ? ['--version', version] : []),
    ...(repo ? ['--repo', repo] : []),
    ...(kubeVersion ? ['--kube-version', kubeVersion] : []),
    ...values.flatMap((file) => ['--values', file]),
    ...Object.entries(set).flatMap(([path, value]) => ['--set-json', `${path}=${JSON.stringify(value)}`]),
  ];
}

/** Gives the release's namespace to objects that have none and whose kind takes one. */
export async function inReleaseNamespace(
  objects: readonly KubeObject[],
  namespace: string,
  cluster: Pick<TargetCluster, 'isNamespaced'>,
): Promise<KubeObject[]> {
  // The cluster does not know yet what the chart itself defines.
  const defined = new Map<string, boolean>(
    objects.flatMap(({ kind, spec }) =>
      kind === 'CustomResourceDefinition'
        ? [[`${spec?.group}/${spec?.names?.kind}`, spec?.scope === 'Namespaced'] as const]
        : [],
    ),
  );
  return await Promise.all(
    objects.map(async (object) => {
      const { apiVersion, kind, metadata } = object;
      if (metadata.namespace) return object;
      const namespaced =
        defined.get(`${groupOf(apiVersion)}/${kind}`) ?? (await cluster.isNamespaced(apiVersion, kind));
      return namespaced ? { ...object, metadata: { ...metadata, namespace } } : object;
    }),
  );
}
