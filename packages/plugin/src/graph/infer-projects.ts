import type { CreateNodesResultArray } from '@nx/devkit';
import { posix } from 'node:path';
import { findController, type Controller } from '../controller/find-controller.js';
import { imageInputs } from '../controller/image-inputs.js';
import { projectNames } from '../controller/project-names.js';
import type { Facts } from '../files/facts.js';
import { isOutsideModules } from '../files/go-files.js';
import { kubebuilderProject, packageJson, projectJson, type FileOptions } from '../files/readers.js';
import { companionsOf } from '../go/module-dependencies.js';
import { readModuleSet } from '../go/module-set.js';
import { allEmbedded, readModuleSources } from '../go/module-sources.js';
import { kustomizationInputs } from '../kustomize/kustomization-inputs.js';
import type { ModuleContext } from '../targets/context.js';
import { controllerProject, moduleProject } from '../targets/project.js';
import { externalNodes } from './external-nodes.js';
import type { TargetNames } from './options.js';

/** The projects of the go.mod files, and an error for each file that is not as it should be. */
export function inferProjects(
  facts: Facts,
  files: readonly string[],
  names: TargetNames,
): { results: CreateNodesResultArray; errors: [file: string, error: Error][] } {
  const { set, errors } = readModuleSet(
    facts,
    files.filter((file) => !isOutsideModules(file)),
  );
  const sources = new Map(set.modules.map((module) => [module, readModuleSources(facts, module, set)]));
  const found = set.modules.map((module) => ({
    module,
    controller: findController(facts, module.root),
    projectName: facts.read(posix.join(module.root, 'PROJECT'), kubebuilderProject)?.projectName,
    configuredName: facts.read(posix.join(module.root, 'project.json'), projectJson)?.name,
  }));
  const inferredNames = projectNames(found.map(({ module, ...more }) => ({ ...module, ...more })));

  const projects = found.map(({ module, controller }, i) => {
    const { root, goWork } = module;
    const context: ModuleContext = {
      project: inferredNames[i]!,
      root,
      names,
      packages: sources.get(module)!.packages,
      sources: {
        embedded: allEmbedded(module, sources),
        goWork,
        companions: companionsOf(module, set).map((other) => posix.join(other.root, 'go.mod')),
      },
    };
    if (!controller) return moduleProject(context);
    return controllerProject({
      ...context,
      controller,
      manifestInputs: manifestInputs(facts, root, controller, configuredOptions(facts, root, names.kustomizeBuild)),
      imageInputs: imageInputs(configuredOptions(facts, root, names.imageBuild), root),
    });
  });

  return {
    results: projects.map((project, i) => [
      posix.join(project.root, 'go.mod'),
      { projects: { [project.root]: project }, ...(i === 0 && { externalNodes: externalNodes(set) }) },
    ]),
    errors,
  };
}

/** Files outside `config` that rendering reads, with whatever kustomization the user's own options name. */
function manifestInputs(facts: Facts, root: string, controller: Controller, options: FileOptions[]): string[] {
  const paths = [controller.kustomization, ...options.flatMap(({ path }) => path ?? [])];
  const files = new Set(paths.flatMap((path) => kustomizationInputs(facts, posix.join(root, path))));
  return [...files].filter((file) => !file.startsWith(posix.join(root, 'config/'))).sort();
}

/** The user's options of a target, in each of its configurations, from where Nx takes them. */
function configuredOptions(facts: Facts, root: string, target = ''): FileOptions[] {
  return [
    ...(facts.read(posix.join(root, 'package.json'), packageJson)?.options[target] ?? []),
    ...(facts.read(posix.join(root, 'project.json'), projectJson)?.options[target] ?? []),
  ];
}
