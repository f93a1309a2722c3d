import type { ExecutorContext } from '@nx/devkit';
import type { FluxTargetOptions } from '../../loop/targets/flux.js';
import { projectOf, workspacePath } from '../../nx/project.js';
import { targetsOf } from '../../nx/sibling-target.js';
import { stateDirectoryOf } from '../kustomize-apply/nx-deploy-target.js';
import { filledOptions, filledSiblingOptions } from '../nx-options.js';
import type { FluxOptions } from './schema.js';

/** What a target that installs Flux does, from its options; undefined unless it is enabled. */
export function fluxTarget(
  context: ExecutorContext,
  target: string,
  options: FluxOptions,
): FluxTargetOptions | undefined {
  const { enabled, namespace, timeout, version, components, bootstrap } = filledOptions('flux', options);
  if (!enabled) return undefined;
  const project = projectOf(context);
  const { privateKeyFile } = bootstrap ?? {};
  return {
    target,
    setup: {
      ...{ version, components, namespace },
      ...(bootstrap && {
        bootstrap: { ...bootstrap, ...(privateKeyFile && { privateKeyFile: workspacePath(project, privateKeyFile) }) },
      }),
    },
    options: { target, stateDirectory: stateDirectoryOf(project), timeoutMs: timeout * 1000, env: process.env },
  };
}

/** The enabled targets of the project that install Flux, in the order in which they stand there. */
export function fluxTargets(context: ExecutorContext): FluxTargetOptions[] {
  return targetsOf('@nx-kube/executors:flux', context).flatMap(
    (target) => fluxTarget(context, target, filledSiblingOptions(context, 'flux', target)) ?? [],
  );
}
