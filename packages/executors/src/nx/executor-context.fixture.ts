import { basename, resolve } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';

/** What Nx hands to an executor of the only project of a workspace; the project is named after its folder. */
export function executorContext(workspaceRoot: string, projectRoot: string): ExecutorContext {
  const name = basename(resolve(workspaceRoot, projectRoot));
  return {
    root: workspaceRoot,
    cwd: workspaceRoot,
    projectName: name,
    isVerbose: false,
    projectsConfigurations: { version: 2, projects: { [name]: { root: projectRoot } } },
    nxJsonConfiguration: {},
    projectGraph: { nodes: {}, dependencies: {} },
  };
}
