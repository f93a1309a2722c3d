import { join } from 'node:path';
import { cacheDir } from '@nx/devkit';
import { ownerOf } from '../../deploy/apply-set-names.js';
import type { ContentOptions } from '../../deploy/content.js';
import { projectPath, workspacePath, type Project } from '../../nx/project.js';
import type { HelmRelease } from '../../sources/helm.js';
import type { ImageField } from '../../workload/image.js';
import type { Patch } from '../../workload/patches.js';
import type { FilledKustomizeApplyOptions } from './schema.js';

/**
 * How a project is deployed, from the options of its kustomize-apply target.
 *
 * @param target name of that target
 */
export function deployOptions(project: Project, target: string, options: FilledKustomizeApplyOptions): ContentOptions {
  const { manifests, image, transform, extraManifests, helm, components } = options;
  const { workload, container, binaryPath, registry, agent, patches, recreate, force } = options;
  return {
    project: project.name,
    forceWith: `nx run ${project.name}:${target} --force`,
    owner: ownerOf(project.workspaceRoot),
    manifests: workspacePath(project, manifests),
    image: workspacePath(project, image),
    stateDirectory: stateDirectoryOf(project),
    binary: projectPath(project, options.binary),
    imageFields: options.imageFields as ImageField[],
    agentVolumeSize: options.agentVolumeSize,
    ...{ workload, container, binaryPath, registry, agent, recreate, force },
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

/** Folder for what may be deleted at any time, such as downloads and the agent's image. */
export function stateDirectoryOf(project: Project): string {
  return join(cacheDir, 'nx-kube', project.name.replaceAll('/', '-'));
}

function isUrl(text: string): boolean {
  return /^\w+:\/\//.test(text);
}

/** A chart of a repository has a name and no path, `bitnami/redis` that of a repository that helm knows. */
function isInWorkspace({ chart, repo }: HelmRelease): boolean {
  return !repo && !isUrl(chart) && /^(\.|\/|\{)|\.tgz$/.test(chart);
}
