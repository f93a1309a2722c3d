import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ProjectGraphExternalNode } from '@nx/devkit';
import type { ModuleSet } from '../go/module-set.js';
import { executorsNode } from '../targets/target.js';

const require = createRequire(import.meta.url);

/** Stands for what ties the Go modules of the workspace together. */
const modulesNode = 'nx-kube:go-modules';

/** The nodes of the graph that are not projects, by name. */
export function externalNodes(set: ModuleSet): Record<string, ProjectGraphExternalNode> {
  return {
    [executorsNode]: node(executorsNode, executorsVersion()),
    // Nx asks only for the edges of files that changed. Which project an unchanged go.mod leads to changes too when a module
    // comes, goes or is renamed, and when a go.work is edited: Nx asks for all edges when the version of a node changes.
    ...(set.modules.length > 1 && { [modulesNode]: node(modulesNode, moduleTies(set)) }),
  };
}

function node(name: string, version: string): ProjectGraphExternalNode {
  return { type: 'nx-kube', name, data: { version, packageName: name } };
}

function moduleTies({ modules, goWorks }: ModuleSet): string {
  const ties = [modules.map(({ root, module, goWork, replaces }) => [root, module, goWork, replaces]), [...goWorks]];
  return createHash('sha1').update(JSON.stringify(ties)).digest('hex');
}

let version: string | undefined;

function executorsVersion(): string {
  version ??= (
    JSON.parse(readFileSync(require.resolve('@nx-kube/executors/package.json'), 'utf8')) as { version: string }
  ).version;
  return version;
}
