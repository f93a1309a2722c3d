import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { NxKubeError } from '@nx-kube/cluster';
import { projectOf } from './project.js';

/**
 * The options of another target of the same project, in the configuration of this run, without the defaults of a
 * schema.
 *
 * @param field the option that names the target, for the message
 * @throws NxKubeError (configuration) where the project has no such target
 */
export function siblingOptions<Options extends object>(
  context: ExecutorContext,
  field: string,
  target: string,
): Options {
  const { name } = projectOf(context);
  const targets = context.projectsConfigurations.projects[name]!.targets ?? {};
  const found = targets[target];
  if (!found) {
    throw new NxKubeError('configuration', `${name} has no target "${target}", which the option "${field}" names`, {
      next: `Set "${field}" to one of ${Object.keys(targets).sort().join(', ')}.`,
    });
  }
  return configuredOptions(found, context.configurationName);
}

/** The names of the project's targets that have an executor, in the project's order. */
export function targetsOf(executor: string, context: ExecutorContext): string[] {
  const { targets = {} } = context.projectsConfigurations.projects[projectOf(context).name]!;
  return Object.keys(targets).filter((name) => targets[name]!.executor === executor);
}

/** A target's options in a configuration, or in its default one; merged shallowly, as Nx does. */
export function configuredOptions<Options extends object>(
  target: TargetConfiguration,
  configurationName?: string,
): Options {
  const configuration = configurationName ?? target.defaultConfiguration;
  return { ...target.options, ...(configuration && target.configurations?.[configuration]) };
}
