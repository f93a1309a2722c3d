import { posix } from 'node:path';
import type { Module, ModuleSet } from './module-set.js';
import { fromRoot } from './module-set.js';

/** Directories of copies, documents and test data, whose modules nobody builds in this workspace. */
const names =
  /^(third[-_]?party|3rdparty|licen[cs]es|docs?|documentation|website|site|fixtures|test[-_]fixtures|test[-_]?data|golden)$/i;

/** Whether a module is set aside by the name of its directory, or of one above it. Pure. */
export function isSetAside(root: string): boolean {
  return root.split('/').some((name) => names.test(name));
}

/** The directories of modules that a go.work or a replacement of another module names. Pure. */
export function usedDirectories({ modules, goWorks }: ModuleSet, workspaceRoot: string): Set<string> {
  const used = new Set<string>();
  const add = (base: string, directory: string) => used.add(fromRoot(workspaceRoot, base, directory));
  for (const [file, { use, replaces }] of goWorks) {
    use.forEach((directory) => add(posix.dirname(file), directory));
    replaces.forEach(({ directory }) => add(posix.dirname(file), directory));
  }
  for (const { root, replaces } of modules) replaces.forEach(({ directory }) => add(root, directory));
  return used;
}

/** Whether a module lies inside of another one. Pure. */
export function isNested({ root }: Pick<Module, 'root'>, modules: readonly Pick<Module, 'root'>[]): boolean {
  return modules.some((other) => other.root !== root && (other.root === '.' || root.startsWith(`${other.root}/`)));
}
