import type { ExecutorContext } from '@nx/devkit';
import type { Cluster } from '@nx-kube/cluster';
import { ownerOf, secretsSetOf } from '../../deploy/apply-set-names.js';
import type { FluxTargetOptions } from '../../loop/targets/flux.js';
import type { SecretsTargetOptions } from '../../loop/targets/secrets.js';
import { projectOf } from '../../nx/project.js';
import { targetsOf } from '../../nx/sibling-target.js';
import { secretInputs } from '../../secrets/spec/secret-inputs.js';
import { fluxTargets } from '../flux/nx-flux-targets.js';
import { filledSiblingOptions } from '../nx-options.js';

/**
 * The targets of the project that make Secrets or install Flux, which the loop runs in its own process: values of
 * secrets must not pass through another one. Those that are not enabled are left out.
 */
export function composedTargets(
  context: ExecutorContext,
  cluster: Pick<Cluster, 'namespace'>,
): { secrets: SecretsTargetOptions[]; flux: FluxTargetOptions[] } {
  const { directory: projectDirectory, name, workspaceRoot } = projectOf(context);
  const { env } = process;
  const secrets = targetsOf('@nx-kube/executors:secrets', context).flatMap((target): SecretsTargetOptions[] => {
    const options = filledSiblingOptions(context, 'secrets', target);
    const { enabled, secrets: specs, namespace, createNamespaces, force } = options;
    if (!enabled) return [];
    return [
      {
        target,
        specs,
        read: { projectDirectory, env, namespace },
        apply: { set: secretsSetOf(name, target, cluster, ownerOf(workspaceRoot)), createNamespaces, force },
        paths: secretInputs(specs, { projectDirectory, env }).paths,
      },
    ];
  });
  return { secrets, flux: fluxTargets(context) };
}
