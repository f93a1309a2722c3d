import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';

/**
 * The program of the workspace's own Nx. A repository without package.json has Nx in `.nx/installation`, where its
 * script `nx` has put it.
 *
 * @throws NxKubeError (configuration) where there is none
 */
export function nxBin(workspaceRoot: string): string {
  const paths = [workspaceRoot, join(workspaceRoot, '.nx', 'installation')];
  try {
    return createRequire(import.meta.url).resolve('nx/bin/nx.js', { paths });
  } catch (cause) {
    throw new NxKubeError('configuration', `${paths.join(' and ')} have no package nx in node_modules`, {
      cause,
      next: 'Set the repository up with npx @nx-kube/plugin init.',
    });
  }
}
