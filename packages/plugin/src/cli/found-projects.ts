import type { ProjectConfiguration } from '@nx/devkit';
import { configurationError } from '../files/configuration-error.js';
import type { NxHome } from './nx-home.js';
import { runNx, type NxRun } from './run-nx.js';

/** The Go projects of a workspace. */
export interface FoundProjects {
  /** Projects with a development loop, and the name of its target. */
  controllers: { name: string; dev: string }[];
  /** Names of the other Go modules. */
  modules: string[];
}

/**
 * Asks Nx for the projects of a workspace. So it also shows that Nx works there.
 *
 * @throws an error with the message of Nx when Nx cannot read the workspace
 */
export async function foundProjects(root: string, home: NxHome): Promise<FoundProjects> {
  // `nx graph` shows a part of the graph where it cannot read all of it, and succeeds.
  const check = await runNx(root, home, ['show', 'projects']);
  if (!check.ok) throw unreadable(check);
  const { ok, output, errors } = await runNx(root, home, ['graph', '--file=stdout']);
  if (!ok) throw unreadable({ ok, output, errors });
  const json = output.slice(output.indexOf('{'));
  const { graph } = JSON.parse(json) as { graph: { nodes: Record<string, { data: ProjectConfiguration }> } };
  return goProjects(Object.entries(graph.nodes).map(([name, { data }]) => [name, data]));
}

/** Finds the Go projects by their targets. Pure. */
export function goProjects(projects: [name: string, project: ProjectConfiguration][]): FoundProjects {
  const found: FoundProjects = { controllers: [], modules: [] };
  for (const [name, { targets = {}, metadata }] of projects.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [dev] = Object.entries(targets).find(([, { executor }]) => executor === '@nx-kube/executors:dev') ?? [];
    if (dev) found.controllers.push({ name, dev });
    else if (metadata?.technologies?.includes('go')) found.modules.push(name);
  }
  return found;
}

/** Nx names folders without a project name; the plugin that made projects of them is what has to change. */
function unreadable({ output, errors }: NxRun): Error {
  const reason = `${output}\n${errors}`
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n  ');
  const next = /no name provided/.test(reason)
    ? 'Give each of these folders a project.json with a name, or exclude them where nx.json lists the plugin that reads them.'
    : 'Fix what Nx reports, and run the command again.';
  return configurationError(`The repository is set up, but Nx cannot read it:\n  ${reason}`, next);
}
