import { posix } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { escapeGlob } from '@nx-kube/executors';
import { nxGlob } from '../files/nx-glob.js';
import { isChart } from '../kustomize/kustomization-inputs.js';
import type { ControllerContext } from './context.js';
import { manifests, outputsOf } from './places.js';
import { inRoot, withReads } from './reads.js';
import { executorHelp, metadata, toolVersion } from './target.js';

export function kustomizeBuildTarget(context: ControllerContext): TargetConfiguration {
  const { project, root, names, controller, manifestInputs } = context;
  const { files, linked, hidden } = manifestInputs;
  const within = inRoot(root);
  // kubebuilder's kustomizations are all in config, and refer to each other.
  const [top] = controller.kustomization.split('/');
  const folder = top === 'config' ? top : controller.kustomization;
  const below = posix.join(root, folder);
  const target = {
    executor: '@nx-kube/executors:kustomize-build',
    cache: true,
    inputs: [
      `${within}/${nxGlob(folder)}/**/*`,
      `!${within}/${nxGlob(folder)}/**/*.go`,
      ...[...files.filter((file) => !file.startsWith(`${below}/`)), ...linked].map(
        (file) => `{workspaceRoot}/${nxGlob(file)}`,
      ),
      toolVersion,
    ],
    outputs: outputsOf(manifests(context), context),
    options: { path: controller.kustomization, output: manifests(context).path },
    metadata: metadata(
      `Renders the manifests of ${controller.kustomization}`,
      executorHelp(project, names.kustomizeBuild!),
      {
        options: { path: 'config/overlays/local' },
      },
    ),
  };
  const all = [...files, ...hidden.map(({ path }) => path)].map(escapeGlob);
  const charts = all.filter(isChart).map((file) => `${posix.dirname(file)}/**/*`);
  const reads = { include: [...new Set([...all, ...charts])], exclude: [] };
  return withReads(target, { alsoReads: [reads], hidden });
}
