import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ProjectGraphExternalNode } from '@nx/devkit';
import type { ModuleSet } from '../go/module-set.js';
import { executorsNode } from '../targets/target.js';

const require = createRequire(import.meta.url);

/** External node for the relations between the Go modules of the workspace. */
const modulesNode = 'nx-kube:go-modules';

/** The external nodes of the graph, by name. */
export function externalNodes(set: ModuleSet): Record<string, ProjectGraphExternalNode> {
  return {
    [executorsNode]: node(executorsNode, executorsVersion()),
    // Nx asks only for the edges of changed files. But the target of an unchanged go.mod also changes when a module is
    // added, removed or renamed, or a go.work is edited. Nx asks for all edges when the version of a node changes.
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
