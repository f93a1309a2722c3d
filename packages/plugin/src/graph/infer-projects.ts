import { posix } from 'node:path';
import type { CreateNodesResultArray, NxJsonConfiguration } from '@nx/devkit';
import { configuredOptions, variants } from '../controller/configured-options.js';
import {
  findController,
  hasStandardLayout,
  type Controller,
  type WantedLayout,
} from '../controller/find-controller.js';
import { imageHidden } from '../controller/image-hidden.js';
import { projectPath, type Tokens } from '../controller/option-paths.js';
import { projectNames } from '../controller/project-names.js';
import type { TargetNames } from '../controller/target-names.js';
import type { Facts } from '../files/facts.js';
import { kubebuilderProject, projectJson, type FileOptions } from '../files/readers.js';
import { Visibility } from '../files/visibility.js';
import { isOutsideModules } from '../go/go-files.js';
import { companionsOf } from '../go/module-dependencies.js';
import { readModuleSet, type Module, type ModuleSet } from '../go/module-set.js';
import {
  allEmbedded,
  isLeftOut,
  readModuleSources,
  withDependencies,
  type ModuleSources,
} from '../go/module-sources.js';
import { isNested, isSetAside, usedDirectories } from '../go/set-aside.js';
import { kustomizationReads } from '../kustomize/kustomization-inputs.js';
import type { ManifestInputs, ModuleContext } from '../targets/context.js';
import type { GoSources } from '../targets/go-inputs.js';
import { written } from '../targets/places.js';
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
  const { set, errors } = readProjectModules(facts, files);
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
  const eyes: Eyes = { facts, visibility: new Visibility(facts.workspaceRoot) };
  const sources = ofEach(set.modules, (module) => readModuleSources(facts, module, set));
  const used = usedDirectories(set, facts.workspaceRoot);
  const isProject = (module: Module) =>
    sources.get(module)!.hasCode || !isNested(module, set.modules) || isWanted(facts, module.root, used);
  const found = ofEach([...sources.keys()].filter(isProject), (module) => ({
    controller: findController(
      facts,
      module.root,
      sources.get(module)!.mains,
      wantedLayout(facts, module.root, names, defaults),
    ),
    projectName: facts.read(posix.join(module.root, 'PROJECT'), kubebuilderProject)?.projectName,
    configuredName: facts.read(posix.join(module.root, 'project.json'), projectJson)?.name,
  }));
  const named = [...found];
  const inferredNames = projectNames(named.map(([module, more]) => ({ ...module, ...more })));
  const nameOf = new Map(named.map(([module], i) => [module, inferredNames[i]!]));

  const projects = ofEach([...found.keys()], (module) => {
    const { root } = module;
    const { controller } = found.get(module)!;
    const context: ModuleContext = {
      project: nameOf.get(module)!,
      root,
      names,
      packages: sources.get(module)!.packages,
      sources: goSources(eyes.visibility, module, set, sources),
    };
    return controller ? withLoop(eyes, context, controller, defaults) : moduleProject(context);
  });

  return {
    results: [...projects.values()].map((project, i) => [
      posix.join(project.root, 'go.mod'),
      { projects: { [project.root]: project }, ...(i === 0 && { externalNodes: externalNodes(set) }) },
    ]),
    errors,
  };
}

/** The modules of the workspace, without those that Go skips and those that are set aside and not used. */
function readProjectModules(facts: Facts, files: readonly string[]): ReturnType<typeof readModuleSet> {
  const candidates = files.filter((file) => !isOutsideModules(file));
  const rootOf = (file: string) => posix.dirname(file);
  const usual = candidates.filter((file) => !isSetAside(rootOf(file)));
  if (usual.length === candidates.length) return readModuleSet(facts, usual);
  const used = usedDirectories(readModuleSet(facts, usual).set, facts.workspaceRoot);
  const wanted = candidates.filter((file) => isWanted(facts, rootOf(file), used));
  return readModuleSet(facts, [...new Set([...usual, ...wanted])]);
}

/** Whether a module is a project whatever its place is: something uses it, it is configured, or it is a controller. */
function isWanted(facts: Facts, root: string, used: ReadonlySet<string>): boolean {
  return (
    used.has(root) ||
    facts.read(posix.join(root, 'project.json'), projectJson) !== undefined ||
    hasStandardLayout(facts, root)
  );
}

/** How inference looks at the files of the workspace. */
interface Eyes {
  facts: Facts;
  visibility: Visibility;
}

function goSources(
  visibility: Visibility,
  module: Module,
  set: ModuleSet,
  sources: ReadonlyMap<Module, ModuleSources>,
): GoSources {
  const { goWork } = module;
  const all = withDependencies(module, sources);
  const companions = companionsOf(module, set).map((other) => posix.join(other.root, 'go.mod'));
  const imports = new Set(all.flatMap((at) => sources.get(at)?.imports ?? []));
  const folders = new Map<string, boolean>();
  const isIgnoredFolder = (path: string) => {
    if (!folders.has(path)) folders.set(path, visibility.isIgnoredFolder(path));
    return folders.get(path)!;
  };
  const read = all.flatMap((at) =>
    (sources.get(at)?.files ?? []).filter((file) => !isLeftOut(file, at, imports, isIgnoredFolder)),
  );
  return {
    embedded: allEmbedded(module, sources),
    ...{ goWork, companions },
    dependencies: all.filter((at) => at !== module).map(({ root }) => root),
    others: [...new Set(all.flatMap((at) => sources.get(at)?.others ?? []))].sort(),
    ...visibility.look([...read, ...companions, ...(goWork ? [goWork] : [])]),
  };
}

/** What the user's options say about the layout of a project. */
function wantedLayout(
  facts: Facts,
  root: string,
  names: TargetNames,
  defaults: NxJsonConfiguration['targetDefaults'],
): WantedLayout {
  const optionsOf = (target: string | undefined, executor: string) =>
    configuredOptions(facts, root, { target, executor: `@nx-kube/executors:${executor}`, defaults }).options;
  const { path } = optionsOf(names.kustomizeBuild, 'kustomize-build');
  const { dockerfile } = optionsOf(names.imageBuild, 'image-build');
  const own = (option: string) => posix.relative(root, projectPath(option, { project: '', root }));
  return {
    main: optionsOf(names.goBuild, 'go-build').main,
    kustomization: path === undefined ? undefined : own(path),
    dockerfile: dockerfile === undefined ? undefined : own(dockerfile),
  };
}

/** The project of a controller, with the targets of the inner loop. */
function withLoop(
  eyes: Eyes,
  context: ModuleContext,
  controller: Controller,
  defaults: NxJsonConfiguration['targetDefaults'],
) {
  const { facts } = eyes;
  const { names, root } = context;
  const configuredOf = (target: string | undefined, executor: string) =>
    configuredOptions(facts, root, { target, executor: `@nx-kube/executors:${executor}`, defaults });
  const configured = {
    goBuild: configuredOf(names.goBuild, 'go-build'),
    kustomizeBuild: configuredOf(names.kustomizeBuild, 'kustomize-build'),
    imageBuild: configuredOf(names.imageBuild, 'image-build'),
  };
  const outputs = written({ ...context, configured });
  return controllerProject({
    ...context,
    ...{ controller, configured },
    manifestInputs: manifestInputs(eyes, context, controller, variants(configured.kustomizeBuild)),
    imageHidden: imageHidden(eyes, variants(configured.imageBuild), context, outputs),
  });
}

/** Files that rendering reads, for all kustomizations in the user's options. */
function manifestInputs(
  { facts, visibility }: Eyes,
  tokens: Tokens,
  { kustomization }: Controller,
  options: FileOptions[],
): ManifestInputs {
  const paths = [kustomization, ...options.flatMap(({ path }) => path ?? [])];
  const files = [...new Set(paths.flatMap((path) => kustomizationReads(facts, projectPath(path, tokens))))];
  return { files: files.filter((file) => !file.startsWith('..')).sort(), ...visibility.look(files) };
}
