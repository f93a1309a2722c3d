import { posix } from 'node:path';
import { fromRoot, type Module, type ModuleSet } from './module-set.js';
import type { LocalReplacement } from './parse-go-mod.js';

/**
 * The modules of the Nx workspace that Go uses for the requirements of a module. Go takes modules of the go.work by
 * their paths, then replacements of the go.work, then those of the go.mod. Downloaded modules are left out. Pure.
 */
export function requiredModules(module: Module, set: ModuleSet, workspaceRoot: string): Module[] {
  const companions = companionsOf(module, set);
  const replacements = replacementsOf(module, set);
  const found = module.requires.map(({ path, version }) => {
    const companion = companions.find((other) => other.module === path);
    if (companion) return companion;
    const replacement = replacements.find((r) => r.path === path && (r.version ?? version) === version);
    if (!replacement) return undefined;
    const directory = fromRoot(workspaceRoot, replacement.base, replacement.directory);
    return set.modules.find(({ root }) => root === directory);
  });
  return unique(found, module);
}

/**
 * The modules of the Nx workspace that a module imports. Only a go.work allows imports from modules that the go.mod
 * does not require; without one the result is empty. Pure.
 *
 * @param imported paths of modules
 */
export function importedModules(module: Module, imported: Iterable<string>, set: ModuleSet): Module[] {
  const companions = companionsOf(module, set);
  return unique(
    [...imported].map((path) => companions.find((other) => other.module === path)),
    module,
  );
}

/**
 * Directories of the modules that Go takes from a directory and that are no projects: outside of the workspace,
 * ignored, or where modules are not looked for. Relative to the workspace root. Pure.
 */
export function otherLocalModules(module: Module, set: ModuleSet, workspaceRoot: string): string[] {
  const goWork = module.goWork && { path: module.goWork, ...set.goWorks.get(module.goWork)! };
  const used = goWork
    ? goWork.use.map((directory) => fromRoot(workspaceRoot, posix.dirname(goWork.path), directory))
    : [];
  const required = new Set(module.requires.map(({ path }) => path));
  const replaced = replacementsOf(module, set)
    .filter(({ path }) => required.has(path))
    .map(({ base, directory }) => fromRoot(workspaceRoot, base, directory));
  const roots = new Set(set.modules.map(({ root }) => root));
  return [...new Set([...used, ...replaced])].filter((directory) => !roots.has(directory)).sort();
}

/** The replacements by a directory that Go uses for a module. Those of the go.work come first. */
function replacementsOf(module: Module, set: ModuleSet): LocatedReplacement[] {
  return [
    ...(module.goWork ? located(set.goWorks.get(module.goWork)!.replaces, posix.dirname(module.goWork)) : []),
    ...[module, ...companionsOf(module, set)].flatMap(({ replaces, root }) => located(replaces, root)),
  ];
}

/** The other modules of the same go.work. */
export function companionsOf(module: Module, { modules }: ModuleSet): Module[] {
  return module.goWork ? modules.filter((other) => other !== module && other.goWork === module.goWork) : [];
}

interface LocatedReplacement extends LocalReplacement {
  /** Folder that a relative `directory` starts from, relative to the workspace root. */
  base: string;
}

function located(replaces: LocalReplacement[], base: string): LocatedReplacement[] {
  return replaces.map((replacement) => ({ ...replacement, base }));
}

function unique(modules: (Module | undefined)[], self: Module): Module[] {
  return [...new Set(modules)].filter((module): module is Module => module !== undefined && module !== self);
}
