import { join } from 'node:path';
import { cacheDir, type ExecutorContext } from '@nx/devkit';
import type { ConnectOptions } from '@nx-kube/cluster';
import type { ContentOptions } from '../../deploy/content.js';
import { projectOf, projectPath, workspacePath, type Project } from '../../nx/project.js';
import { siblingOptions } from '../../nx/sibling-target.js';
import type { HelmRelease } from '../../sources/helm.js';
import type { Patch } from '../../workload/patches.js';
import type { KustomizeApplyOptions } from './schema.js';

/** Which cluster: the options that every target that touches one has. */
export type ClusterOptions = Pick<ConnectOptions, 'context' | 'allowContexts'>;

/** How a project is deployed, from the options of its kustomize-apply target. */
export function deployOptions(project: Project, options: KustomizeApplyOptions): ContentOptions {
  const { manifests = 'dist/{projectRoot}/manifests.yaml', image = 'dist/{projectRoot}/image', transform } = options;
  const { extraManifests = [], helm = [], components = {} } = options;
  const { workload, container, registry, agent, patches, recreate, force } = options;
  return {
    project: project.name,
    manifests: workspacePath(project, manifests),
    image: workspacePath(project, image),
    stateDirectory: join(cacheDir, 'nx-kube', project.name.replaceAll('/', '-')),
    ...{ workload, container, registry, agent, recreate, force },
    // The schema leaves the operations of a JSON patch to the library that applies them.
    patches: patches as Patch[],
    ...(transform && { transform: workspacePath(project, transform) }),
    sources: {
      extraManifests: extraManifests.map((entry) =>
        typeof entry === 'object' || isUrl(entry) ? entry : workspacePath(project, entry),
      ),
      helm: helm.map((release) => ({
        ...release,
        chart: isInWorkspace(release) ? workspacePath(project, release.chart) : release.chart,
        values: release.values?.map((file) => workspacePath(project, file)),
      })),
    },
    components: Object.entries(components)
      .filter(([, { enabled = true }]) => enabled)
      .map(([name, { path, dependsOn = [] }]) => ({ name, path: projectPath(project, path), dependsOn })),
  };
}

/** A target's own say over that of the apply target it refers to. */
export function clusterOptions(own: ClusterOptions, apply: ClusterOptions): ClusterOptions {
  return { context: own.context ?? apply.context, allowContexts: own.allowContexts ?? apply.allowContexts };
}

/** The same, for a target that a project may have without an apply target. */
export function clusterOptionsOf(
  own: ClusterOptions & { kustomizeApply?: string },
  context: ExecutorContext,
): ClusterOptions {
  const usual = 'kustomize-apply';
  const { kustomizeApply = usual } = own;
  const { targets = {} } = context.projectsConfigurations.projects[projectOf(context).name]!;
  if (kustomizeApply === usual && !targets[usual]) return clusterOptions(own, {});
  return clusterOptions(own, siblingOptions<ClusterOptions>(context, 'kustomizeApply', kustomizeApply));
}

function isUrl(text: string): boolean {
  return /^\w+:\/\//.test(text);
}

/** A chart of a repository has a name and no path, `bitnami/redis` that of a repository that helm knows. */
function isInWorkspace({ chart, repo }: HelmRelease): boolean {
  return !repo && !isUrl(chart) && /^(\.|\/|\{)|\.tgz$/.test(chart);
}
