import { isAbsolute, posix, relative, sep } from 'node:path';
import type { Module, ModuleSet } from './module-set.js';
import type { LocalReplacement } from './parse-go-mod.js';

/**
 * The modules of the Nx workspace that stand in for what the module requires, as Go resolves it: the go.work's modules
 * by their paths, then replacements, the go.work's before the go.mod's. What is downloaded is left out. Pure.
 */
export function requiredModules(module: Module, set: ModuleSet, workspaceRoot: string): Module[] {
  const companions = companionsOf(module, set);
  const replacements = [
    ...(module.goWork ? located(set.goWorks.get(module.goWork)!.replaces, posix.dirname(module.goWork)) : []),
    ...[module, ...companions].flatMap(({ replaces, root }) => located(replaces, root)),
  ];
  const found = module.requires.map(({ path, version }) => {
    const companion = companions.find((other) => other.module === path);
    if (companion) return companion;
    const replacement = replacements.find((r) => r.path === path && (r.version ?? version) === version);
    if (!replacement) return undefined;
    const directory = fromWorkspaceRoot(replacement, workspaceRoot);
    return set.modules.find(({ root }) => root === directory);
  });
  return unique(found, module);
}

/**
 * The modules behind imports. Only a go.work lets a module import from another that its go.mod does not require; elsewhere
 * the go.mod says it all. Pure.
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

/** The other modules that the same go.work names. */
export function companionsOf(module: Module, { modules }: ModuleSet): Module[] {
  return module.goWork ? modules.filter((other) => other !== module && other.goWork === module.goWork) : [];
}

interface LocatedReplacement extends LocalReplacement {
  /** Where the relative directory starts. */
  base: string;
}

function located(replaces: LocalReplacement[], base: string): LocatedReplacement[] {
  return replaces.map((replacement) => ({ ...replacement, base }));
}

function fromWorkspaceRoot({ directory, base }: LocatedReplacement, workspaceRoot: string): string {
  if (isAbsolute(directory)) return relative(workspaceRoot, directory).split(sep).join('/') || '.';
  return posix.join(base, directory.split('\\').join('/'), '.');
}

function unique(modules: (Module | undefined)[], self: Module): Module[] {
  return [...new Set(modules)].filter((module): module is Module => module !== undefined && module !== self);
}
