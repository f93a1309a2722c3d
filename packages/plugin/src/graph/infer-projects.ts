import { posix } from 'node:path';
import type { CreateNodesResultArray, NxJsonConfiguration } from '@nx/devkit';
import { configuredOptions, variants } from '../controller/configured-options.js';
import { findController, type Controller } from '../controller/find-controller.js';
import { projectPath, type Tokens } from '../controller/option-paths.js';
import { projectNames } from '../controller/project-names.js';
import type { TargetNames } from '../controller/target-names.js';
import type { Facts } from '../files/facts.js';
import { kubebuilderProject, projectJson, type FileOptions } from '../files/readers.js';
import { isOutsideModules } from '../go/go-files.js';
import { companionsOf } from '../go/module-dependencies.js';
import { readModuleSet, type Module } from '../go/module-set.js';
import { allEmbedded, readModuleSources } from '../go/module-sources.js';
import { kustomizationInputs } from '../kustomize/kustomization-inputs.js';
import type { ModuleContext } from '../targets/context.js';
import { controllerProject, moduleProject } from '../targets/project.js';
import { externalNodes } from './external-nodes.js';

/**
 * Infers the projects of go.mod files.
 *
 * @param files paths of go.mod files, relative to the workspace root
 * @param defaults `targetDefaults` of nx.json
 * @returns the projects, and an error for each malformed file
 */
export function inferProjects(
  facts: Facts,
  files: readonly string[],
  names: TargetNames,
  defaults?: NxJsonConfiguration['targetDefaults'],
): { results: CreateNodesResultArray; errors: [file: string, error: Error][] } {
  const { set, errors } = readModuleSet(
    facts,
    files.filter((file) => !isOutsideModules(file)),
  );
  /** An error in a module's own files leaves that module out, and no other. */
  const ofEach = <T>(modules: readonly Module[], read: (module: Module) => T): Map<Module, T> => {
    const results = new Map<Module, T>();
    for (const module of modules) {
      try {
        results.set(module, read(module));
      } catch (error) {
        errors.push([posix.join(module.root, 'go.mod'), error as Error]);
      }
    }
    return results;
  };
  const sources = ofEach(set.modules, (module) => readModuleSources(facts, module, set));
  const found = ofEach([...sources.keys()], (module) => ({
    controller: findController(facts, module.root),
    projectName: facts.read(posix.join(module.root, 'PROJECT'), kubebuilderProject)?.projectName,
    configuredName: facts.read(posix.join(module.root, 'project.json'), projectJson)?.name,
  }));
  const named = [...found];
  const inferredNames = projectNames(named.map(([module, more]) => ({ ...module, ...more })));
  const nameOf = new Map(named.map(([module], i) => [module, inferredNames[i]!]));

  const projects = ofEach([...found.keys()], (module) => {
    const { root, goWork } = module;
    const { controller } = found.get(module)!;
    const context: ModuleContext = {
      project: nameOf.get(module)!,
      root,
      names,
      packages: sources.get(module)!.packages,
      sources: {
        embedded: allEmbedded(module, sources),
        goWork,
        companions: companionsOf(module, set).map((other) => posix.join(other.root, 'go.mod')),
      },
    };
    return controller ? withLoop(facts, context, controller, defaults) : moduleProject(context);
  });

  return {
    results: [...projects.values()].map((project, i) => [
      posix.join(project.root, 'go.mod'),
      { projects: { [project.root]: project }, ...(i === 0 && { externalNodes: externalNodes(set) }) },
    ]),
    errors,
  };
}

/** The project of a controller, with the targets of the inner loop. */
function withLoop(
  facts: Facts,
  context: ModuleContext,
  controller: Controller,
  defaults: NxJsonConfiguration['targetDefaults'],
) {
  const { names, root } = context;
  const configuredOf = (target: string | undefined, executor: string) =>
    configuredOptions(facts, root, { target, executor: `@nx-kube/executors:${executor}`, defaults });
  const configured = {
    goBuild: configuredOf(names.goBuild, 'go-build'),
    kustomizeBuild: configuredOf(names.kustomizeBuild, 'kustomize-build'),
    imageBuild: configuredOf(names.imageBuild, 'image-build'),
  };
  return controllerProject({
    ...context,
    ...{ controller, configured },
    manifestInputs: manifestInputs(facts, context, controller, variants(configured.kustomizeBuild)),
  });
}

/** Files outside of `config` that rendering reads, with those of all kustomizations in the user's options. */
function manifestInputs(facts: Facts, tokens: Tokens, { kustomization }: Controller, options: FileOptions[]): string[] {
  const paths = [kustomization, ...options.flatMap(({ path }) => path ?? [])];
  const files = new Set(paths.flatMap((path) => kustomizationInputs(facts, projectPath(path, tokens))));
  return [...files].filter((file) => !file.startsWith(posix.join(tokens.root, 'config/'))).sort();
}
