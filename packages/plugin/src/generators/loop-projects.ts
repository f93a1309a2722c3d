import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { configurationError } from '../files/configuration-error.js';

/**
 * Finds the projects with a development loop.
 *
 * @param wanted name of the only project to find. Default: all of them
 * @throws an error when there is none, or the wanted project has no loop
 */
export function loopProjects(projects: Record<string, ProjectConfiguration>, wanted?: string): string[] {
  const all = Object.keys(projects).filter((name) => targetBy(projects[name]!, 'dev'));
  const found = wanted === undefined ? all : all.filter((name) => name === wanted);
  if (found.length) return found;
  throw configurationError(
    wanted === undefined ? 'No project has a dev target.' : `"${wanted}" is not a project with a dev target.`,
    all.length ? `Use one of ${all.join(', ')}.` : 'Run npx @nx-kube/plugin init in a repository with a controller.',
  );
}

/** The first target of a project with this executor of nx-kube. */
export function targetBy({ targets = {} }: ProjectConfiguration, executor: string): TargetConfiguration | undefined {
  return Object.values(targets).find((target) => target.executor === `@nx-kube/executors:${executor}`);
}
