import { posix } from 'node:path';
import type { CreateDependencies, CreateDependenciesContext, DependencyType } from '@nx/devkit';
import type { NxKubePluginOptions } from '../controller/target-names.js';
import { factsOf, type Facts } from '../files/facts.js';
import { isOutsideModules } from '../go/go-files.js';
import { companionsOf, importedModules, requiredModules } from '../go/module-dependencies.js';
import { readModuleSet, type Module, type ModuleSet } from '../go/module-set.js';
import { goFile } from '../go/readers.js';

type Dependencies = Awaited<ReturnType<CreateDependencies>>;

// The values of devkit's enumeration. Loading devkit takes longer than everything else here.
const statically = 'static' as DependencyType.static;
const implicitly = 'implicit' as DependencyType.implicit;

/**
 * Finds the edges between projects with Go files. Only changed files are read. Everything else that decides on edges is
 * part of the version of an external node (external-nodes.ts): when it changes, Nx asks for the edges of all files.
 */
export const createDependencies: CreateDependencies<NxKubePluginOptions> = (_options, context) => {
  const facts = factsOf(context.workspaceRoot);
  const roots = Object.values(context.projects).map(({ root }) => root);
  // createNodes has reported the errors already.
  const { set } = readModuleSet(
    facts,
    roots.map((root) => posix.join(root, 'go.mod')),
  );
  if (!set.modules.length) return [];
  const projectOf = new Map(Object.entries(context.projects).map(([name, { root }]) => [root, name]));

  const dependencies: Dependencies = [];
  for (const [project, files] of Object.entries(context.filesToProcess.projectFileMap)) {
    for (const { file } of files) {
      for (const { root } of dependenciesOfFile(facts, file, set)) {
        const target = projectOf.get(root)!;
        if (target !== project) dependencies.push({ source: project, target, type: statically, sourceFile: file });
      }
    }
  }
  facts.save();
  return [...dependencies, ...nestedProjects(context, set, projectOf)];
};

/**
 * The modules on which a file depends. A go.mod depends on required modules that Go takes from a directory (`replace`,
 * go.work). Within a go.work, a Go file depends on the modules that it imports.
 */
function dependenciesOfFile(facts: Facts, file: string, set: ModuleSet): Module[] {
  if (posix.basename(file) === 'go.mod') {
    const module = set.modules.find(({ root }) => root === posix.dirname(file));
    return module ? requiredModules(module, set, facts.workspaceRoot) : [];
  }
  if (!isGoFile(file)) return [];
  const module = moduleOf(file, set);
  if (!module || !companionsOf(module, set).length) return [];
  const scanned = facts.read(
    file,
    goFile(
      module.module,
      set.modules.map((other) => other.module),
    ),
  );
  return importedModules(module, scanned?.modules ?? [], set);
}

/**
 * Edges to other projects inside a module, such as a package.json beside Go files. Such a project owns its files in Nx,
 * but Go compiles them as part of the module. No single file states this edge, so it is returned each time.
 */
function nestedProjects(
  { projects, fileMap }: CreateDependenciesContext,
  set: ModuleSet,
  projectOf: Map<string, string>,
) {
  const dependencies: Dependencies = [];
  for (const [project, { root }] of Object.entries(projects)) {
    const module = set.modules.some((own) => own.root === root) ? undefined : moduleOf(posix.join(root, 'go.mod'), set);
    if (module && fileMap.projectFileMap[project]?.some(({ file }) => isGoFile(file))) {
      dependencies.push({ source: projectOf.get(module.root)!, target: project, type: implicitly });
    }
  }
  return dependencies;
}

function isGoFile(file: string): boolean {
  return file.endsWith('.go') && !isOutsideModules(file);
}

/** The innermost module that contains a file. */
function moduleOf(file: string, { modules }: ModuleSet): Module | undefined {
  for (let directory = posix.dirname(file); ; directory = posix.dirname(directory)) {
    const module = modules.find(({ root }) => root === directory);
    if (module || directory === '.') return module;
  }
}
