import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import { embedGlobs } from './embed-globs.js';
import { embeddedFiles } from './embedded-files.js';
import { compiled, goFiles } from './go-files.js';
import { higher, type MainKind } from './main-function.js';
import { importedModules, otherLocalModules, requiredModules } from './module-dependencies.js';
import type { Module, ModuleSet } from './module-set.js';
import { goFile } from './readers.js';

/** Facts from the Go files of a module. Paths and globs are relative to the workspace root. */
export interface ModuleSources {
  /** Globs of the embedded files. */
  embedded: string[];
  /** The modules of the workspace on which it depends directly. */
  dependencies: Module[];
  /** Directories with Go files, relative to the module's root. */
  packages: string[];
  /** Directories of modules that it uses and that are no projects. */
  others: string[];
  /** Files that Go may read to build it, some of which may not exist. Those of `others` are part of them. */
  files: string[];
  /** Import paths of the packages of the workspace that it imports. */
  imports: string[];
  /** The directories with code of the package main, relative to the module's root. */
  mains: Map<string, MainKind>;
  /** Whether it has code that a build or a test takes. */
  hasCode: boolean;
}

/** Reads the Go files of a module, except tests. */
export function readModuleSources(facts: Facts, module: Module, set: ModuleSet): ModuleSources {
  const required = requiredModules(module, set, facts.workspaceRoot);
  const others = otherLocalModules(module, set, facts.workspaceRoot);
  const own = readDirectory(facts, module, set);
  const more = others.map((root) => readDirectory(facts, { module: '', root }, set));
  return {
    embedded: [...new Set([own, ...more].flatMap(({ embedded }) => embedded))].sort(),
    dependencies: [...new Set([...required, ...importedModules(module, own.imported, set)])],
    packages: own.packages,
    mains: own.mains,
    hasCode: own.hasCode,
    others,
    files: [...others, ...[own, ...more].flatMap(({ files }) => files)],
    imports: [own, ...more].flatMap(({ imports }) => imports),
  };
}

function readDirectory(facts: Facts, { module, root }: Pick<Module, 'module' | 'root'>, set: ModuleSet) {
  const { workspaceRoot } = facts;
  const others: string[] = [];
  const { sources, packages } = goFiles(workspaceRoot, root, others);
  const reader = goFile(
    module,
    set.modules.map((other) => other.module),
  );
  const embedded = new Set<string>();
  const imported = new Set<string>();
  const imports = new Set<string>();
  const mains = new Map<string, MainKind>();
  const leftOut = new Set<string>();
  // Go uses `vendor` only where `go mod vendor` has made it.
  const vendor = existsSync(join(workspaceRoot, root, 'vendor/modules.txt')) ? ['vendor/modules.txt'] : [];
  const files = new Set(['go.mod', 'go.sum', ...vendor, ...sources, ...others].map((file) => posix.join(root, file)));
  for (const source of sources) {
    const file = posix.join(root, source);
    const scanned = facts.read(file, reader);
    for (const pattern of scanned?.embeds ?? []) {
      for (const glob of embedGlobs(pattern, posix.dirname(file))) embedded.add(glob);
      for (const path of embeddedFiles(workspaceRoot, pattern, posix.dirname(file))) files.add(path);
    }
    for (const path of scanned?.modules ?? []) imported.add(path);
    const directory = posix.dirname(source);
    if (scanned?.isLeftOut) leftOut.add(source);
    if (scanned?.main) mains.set(directory, higher(mains.get(directory), scanned.main));
    // The directory of a package may be a link, and code that git ignores may not be generated yet.
    for (const path of scanned?.packages ?? []) {
      imports.add(path);
      if (module && path.startsWith(`${module}/`)) files.add(posix.join(root, path.slice(module.length + 1)));
    }
  }
  const folders = new Set(sources.map((source) => posix.dirname(source)));
  const hasCode = leftOut.size < sources.length || packages.some((directory) => !folders.has(directory));
  return {
    hasCode,
    embedded: [...embedded].sort(),
    imported,
    imports: [...imports],
    mains,
    packages,
    files: [...files],
  };
}

/**
 * Whether Go surely leaves a file out: it is code in a folder that git ignores, and nothing imports the folder as a
 * package.
 *
 * @param imports import paths of all packages that the build imports
 */
export function isLeftOut(
  file: string,
  { module, root }: Pick<Module, 'module' | 'root'>,
  imports: ReadonlySet<string>,
  isIgnoredFolder: (path: string) => boolean,
): boolean {
  if (!file.endsWith('.go') && !compiled.test(file)) return false;
  const folder = posix.dirname(file);
  return isIgnoredFolder(folder) && !imports.has(posix.join(module, posix.relative(root, folder)));
}

/** The modules that Go builds together: a module and all its direct and indirect dependencies. Pure. */
export function withDependencies(module: Module, sources: ReadonlyMap<Module, ModuleSources>): Module[] {
  const visited = new Set<Module>();
  const visit = (at: Module) => {
    if (visited.has(at)) return;
    visited.add(at);
    sources.get(at)?.dependencies.forEach(visit);
  };
  visit(module);
  return [...visited];
}

/** Globs of the embedded files of a module and of all its direct and indirect dependencies. Pure. */
export function allEmbedded(module: Module, sources: ReadonlyMap<Module, ModuleSources>): string[] {
  const all = withDependencies(module, sources);
  return [...new Set(all.flatMap((at) => sources.get(at)?.embedded ?? []))].sort();
}
