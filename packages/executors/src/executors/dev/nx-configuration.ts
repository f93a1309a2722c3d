import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { NxConfiguration } from '../../loop/options.js';
import { projectOf } from '../../nx/project.js';
import type { WatchedSettings } from './nx-settings-files.js';

/** Files of the workspace that decide what Nx knows of the project, besides the inputs of targets. */
const ofWorkspace = ['nx.json', '.gitignore', '.nxignore', 'go.work'];
const ofProject = ['project.json', 'package.json'];

/**
 * The configuration of the project in Nx.
 *
 * @param readAgain reads Nx's configuration again
 * @param settings reads the developer's settings, which lie over it
 */
export function nxConfiguration(
  context: ExecutorContext,
  readAgain: () => Promise<void>,
  settings: Pick<WatchedSettings, 'read' | 'latest'>,
): NxConfiguration {
  const { workspaceRoot, root } = projectOf(context);
  return {
    paths: [
      ...ofWorkspace.map((name) => join(workspaceRoot, name)),
      ...ofProject.map((name) => join(workspaceRoot, root, name)),
    ],
    modules: () => otherModules(settings.latest()?.context ?? context),
    read: async () => {
      await readAgain();
      return await settings.read();
    },
  };
}

/** Paths of the Go modules of the workspace's other projects. */
function otherModules(context: ExecutorContext): string[] {
  const { workspaceRoot, root: own } = projectOf(context);
  return Object.values(context.projectGraph.nodes).flatMap(({ data: { root } }) => {
    if (root === own) return [];
    try {
      const text = readFileSync(join(workspaceRoot, root, 'go.mod'), 'utf8');
      return /^module\s+"?([^\s"]+)/m.exec(text)?.[1] ?? [];
    } catch {
      // Not every project is a Go module.
      return [];
    }
  });
}
