import { groupOf, NxKubeError, parseManifests, withoutKlog, type KubeObject } from '@nx-kube/cluster';
import { requireCommand } from '../process/find.js';
import { runCommand } from '../process/run.js';
import { tools } from '../requirements/tools.js';
import { renderKey, type RenderedCharts } from './rendered-charts.js';
import type { TargetCluster } from './target-cluster.js';

/** Options of rendering a chart, like those of `helm install`. */
export interface HelmRelease {
  /** Name of the release. */
  release: string;
  /** Absolute path of a folder or archive, `oci://` reference, or name in `repo`. */
  chart: string;
  namespace: string;
  /** Version of the chart. Default: the newest. */
  version?: string;
  /** URL of the chart's repository. */
  repo?: string;
  /** Absolute paths of value files; later files win. */
  values?: readonly string[];
  /** Values by path, which win over those of files: `{ "image.tag": "v1" }`. */
  set?: Readonly<Record<string, unknown>>;
}

/**
 * Renders the objects of a chart, without its tests. Hooks are ordinary objects. Objects without a namespace get that
 * of the release, as with `helm install`.
 *
 * @param rendered keeps what was rendered before. Default: the chart is rendered each time
 * @throws NxKubeError (configuration) with the message of helm
 */
export async function templateChart(
  helm: HelmRelease,
  cluster: TargetCluster,
  signal?: AbortSignal,
  rendered?: RenderedCharts,
): Promise<KubeObject[]> {
  const kubeVersion = await cluster.kubeVersion();
  const command = await requireCommand('helm', tools.helm.get);
  const args = helmArguments(helm, kubeVersion);
  const render = () => runHelm(helm, command, args, signal);
  const text = rendered ? await rendered.text(helm, await renderKey(helm, command, args), render) : await render();
  return await inReleaseNamespace(parseManifests(text, `Helm release ${helm.release}`), helm.namespace, cluster);
}

async function runHelm(helm: HelmRelease, command: string, args: string[], signal?: AbortSignal): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(command, args, { signal });
  signal?.throwIfAborted();
  if (exitCode !== 0) {
    const message = withoutKlog(stderr)
      .trim()
      .replace(/^Error: /, '');
    throw new NxKubeError('configuration', `Helm release ${helm.release} (${helm.chart}): ${message}`, {
      next: 'Correct the chart, its values, or the option "helm".',
    });
  }
  return stdout;
}

/** Arguments of helm to render a chart. Pure. */
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

/**
 * Sets the release's namespace on namespaced objects without one. Returns new objects; the given ones stay the same.
 */
export async function inReleaseNamespace(
  objects: readonly KubeObject[],
  namespace: string,
  cluster: Pick<TargetCluster, 'isNamespaced'>,
): Promise<KubeObject[]> {
  // The cluster does not know yet the kinds that the chart defines.
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
