import { posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import { embedGlobs } from './embed-globs.js';
import { goFiles } from './go-files.js';
import { importedModules, requiredModules } from './module-dependencies.js';
import type { Module, ModuleSet } from './module-set.js';
import { goFile } from './readers.js';

/** Facts from the Go files of a module. */
export interface ModuleSources {
  /** Globs of the embedded files, relative to the workspace root. */
  embedded: string[];
  /** The modules of the workspace on which it depends directly. */
  dependencies: Module[];
  /** Directories with Go files, relative to the module's root. */
  packages: string[];
}

/** Reads the Go files of a module, except tests. */
export function readModuleSources(facts: Facts, module: Module, set: ModuleSet): ModuleSources {
  const { sources, packages } = goFiles(facts.workspaceRoot, module.root);
  const reader = goFile(
    module.module,
    set.modules.map((other) => other.module),
  );
  const embedded = new Set<string>();
  const imported = new Set<string>();
  for (const source of sources) {
    const file = posix.join(module.root, source);
    const scanned = facts.read(file, reader);
    for (const pattern of scanned?.embeds ?? []) {
      for (const glob of embedGlobs(pattern, posix.dirname(file))) embedded.add(glob);
    }
    for (const path of scanned?.modules ?? []) imported.add(path);
  }
  const required = requiredModules(module, set, facts.workspaceRoot);
  return {
    embedded: [...embedded].sort(),
    dependencies: [...new Set([...required, ...importedModules(module, imported, set)])],
    packages,
  };
}

/** Globs of the embedded files of a module and of all its direct and indirect dependencies. Pure. */
export function allEmbedded(module: Module, sources: ReadonlyMap<Module, ModuleSources>): string[] {
  const visited = new Set<Module>();
  const visit = (at: Module) => {
    if (visited.has(at)) return;
    visited.add(at);
    sources.get(at)?.dependencies.forEach(visit);
  };
  visit(module);
  return [...new Set([...visited].flatMap((at) => sources.get(at)?.embedded ?? []))].sort();
}
