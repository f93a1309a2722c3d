import type { NxJsonConfiguration, ProjectGraph, TargetConfiguration } from '@nx/devkit';
import { escapeGlob } from '../format/escape-glob.js';
import type { FileInputs, Fileset } from '../loop/plan/stale-targets.js';

type Input = NonNullable<TargetConfiguration['inputs']>[number];
interface Scope {
  root: string;
  namedInputs: Record<string, Input[]>;
}

/** What the plugin adds to the metadata of a target. */
export interface ReadsMetadata {
  /** Files that the target reads and Nx may not see. */
  alsoReads?: Fileset[];
  /** Why the target is not cached, as a sentence. */
  notCached?: string;
}

/**
 * The files that a target is made from, from its `inputs` as Nx reads them: filesets and named inputs, of the project
 * and (`^`) of all projects it depends on. Inputs that are not files (runtime, env, packages, outputs of other tasks)
 * are left out; a target without inputs has Nx's default, every file of the project and its dependencies. Pure.
 */
export function targetInputs(
  project: string,
  target: string,
  graph: ProjectGraph,
  nxJson: NxJsonConfiguration,
): FileInputs {
  const { inputs = ['default', '^default'], ...rest } = graph.nodes[project]!.data.targets?.[target] ?? {};
  const metadata = rest.metadata as ReadsMetadata | undefined;
  const own = scopeOf(project, graph, nxJson);
  const dependencies = dependenciesOf(project, graph).map((name) => scopeOf(name, graph, nxJson));

  const result: FileInputs = { include: [], exclude: [] };
  const add = (input: Input, scope: Scope): void => {
    if (typeof input === 'string') {
      if (input.startsWith('^')) dependencies.forEach((dependency) => add(input.slice(1), dependency));
      else if (input.startsWith('{') || input.startsWith('!')) addFileset(result, input, scope.root);
      else scope.namedInputs[input]?.forEach((nested) => add(nested, scope));
    } else if ('fileset' in input) {
      const scopes = (input as { dependencies?: boolean }).dependencies ? dependencies : [scope];
      scopes.forEach((at) => addFileset(result, input.fileset, at.root));
    } else if ('input' in input) {
      const scopes = 'dependencies' in input && input.dependencies ? dependencies : [scope];
      scopes.forEach((at) => add(input.input, at));
    }
  };
  inputs.forEach((input) => add(input as Input, own));
  return { include: [...new Set(result.include)], exclude: [...new Set(result.exclude)], always: metadata?.alsoReads };
}

function addFileset(inputs: FileInputs, fileset: string, root: string): void {
  const negated = fileset.startsWith('!');
  const glob = (negated ? fileset.slice(1) : fileset)
    .replace('{workspaceRoot}/', '')
    .replace('{projectRoot}/', root === '.' ? '' : `${escapeGlob(root)}/`);
  (negated ? inputs.exclude : inputs.include).push(glob);
}

function scopeOf(project: string, graph: ProjectGraph, nxJson: NxJsonConfiguration): Scope {
  const { root, namedInputs } = graph.nodes[project]!.data;
  return {
    root,
    namedInputs: { default: ['{projectRoot}/**/*'], ...nxJson.namedInputs, ...namedInputs } as Scope['namedInputs'],
  };
}

/** Every project that this one needs, directly or not; npm packages are not projects. */
function dependenciesOf(project: string, graph: ProjectGraph): string[] {
  const found = new Set<string>();
  const visit = (name: string) => {
    for (const { target } of graph.dependencies[name] ?? []) {
      if (target === project || found.has(target) || !graph.nodes[target]) continue;
      found.add(target);
      visit(target);
    }
  };
  visit(project);
  return [...found];
}
