import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { NxKubeError, type KubeObject } from '@nx-kube/cluster';
import { load } from 'js-yaml';
import { escapeGlob } from '../format/escape-glob.js';
import { chartFiles } from '../kustomize/chart-files.js';
import { kustomizationFiles } from '../kustomize/kustomization-files.js';
import { references } from '../kustomize/references.js';
import { renderManifests } from '../kustomize/render.js';
import { suggestion } from '../settings/nearest.js';

/** A set of objects that runs beside the controller, from its own kustomization. */
export interface Component {
  name: string;
  /** Absolute path of the folder with the kustomization. */
  path: string;
  /** Components, or `controller`, that must be ready before this component is applied. */
  dependsOn: readonly string[];
}

/** Name of the controller in `dependsOn`. */
export const controllerName = 'controller';

/** Stages before and after the controller, in order. The components of a stage are applied together. */
export interface Stages<T> {
  before: T[][];
  after: T[][];
}

/**
 * Sorts components into stages, each of which depends only on earlier ones. Components that do not depend on the
 * controller come before it. Pure.
 *
 * @throws NxKubeError (configuration) for an unknown name or a circle
 */
export function stagesOf(components: readonly Component[]): Stages<Component> {
  const names = [controllerName, ...components.map(({ name }) => name)];
  for (const { name, dependsOn } of components) {
    const unknown = dependsOn.find((other) => !names.includes(other));
    if (unknown === undefined) continue;
    throw new NxKubeError(
      'configuration',
      `"components.${name}.dependsOn": no enabled component is named "${unknown}".`,
      {
        next: suggestion(
          unknown,
          names.filter((other) => other !== name),
        ),
      },
    );
  }
  const after = dependents(components);
  const before = components.filter((component) => !after.has(component));
  return {
    before: levels(before, []),
    after: levels([...after], [controllerName, ...before.map(({ name }) => name)]),
  };
}

/** The components that depend on the controller, directly or through others. */
function dependents(components: readonly Component[]): Set<Component> {
  const found = new Set<Component>();
  const names = new Set([controllerName]);
  for (let size = 0; size < names.size;) {
    size = names.size;
    for (const component of components) {
      if (!component.dependsOn.some((other) => names.has(other))) continue;
      found.add(component);
      names.add(component.name);
    }
  }
  return new Set(components.filter((component) => found.has(component)));
}

function levels(components: readonly Component[], done: readonly string[]): Component[][] {
  if (!components.length) return [];
  const ready = components.filter(({ dependsOn }) => dependsOn.every((other) => done.includes(other)));
  if (!ready.length) {
    const circle = components.map(({ name }) => name).join(', ');
    throw new NxKubeError('configuration', `"components": ${circle} depend on each other in a circle.`, {
      next: 'Remove one of their "dependsOn".',
    });
  }
  const rest = components.filter((component) => !ready.includes(component));
  return [ready, ...levels(rest, [...done, ...ready.map(({ name }) => name)])];
}

/**
 * Renders the objects of components, in their stages.
 *
 * @throws NxKubeError (configuration) with the message of kustomize
 */
export async function readComponents(
  components: readonly Component[],
  { stateDirectory, signal }: { stateDirectory: string; signal?: AbortSignal },
): Promise<Stages<KubeObject>> {
  const { before, after } = stagesOf(components);
  const read = async ({ name, path }: Component): Promise<KubeObject[]> => {
    const output = join(stateDirectory, 'components', `${name}.yaml`);
    const result = await renderManifests({ path, output }, { signal }).catch((error: unknown) => {
      if (!(error instanceof NxKubeError)) throw error;
      const { culprit, message, next } = error;
      throw new NxKubeError(culprit, `Component ${name}: ${message}`, { next, cause: error });
    });
    signal?.throwIfAborted();
    if (result.ok) return result.objects;
    throw new NxKubeError('configuration', `Component ${name}: ${'diagnostics' in result ? result.diagnostics : ''}`, {
      next: `Correct the kustomization in ${path}.`,
    });
  };
  const stage = async (level: Component[]) => (await Promise.all(level.map(read))).flat();
  const [first, last] = await Promise.all([before, after].map((stages) => Promise.all(stages.map(stage))));
  return { before: first!, after: last! };
}

/**
 * Lists the local files of a component: its whole folder, and the references of its kustomizations to other files of
 * the workspace. Returns absolute paths and globs. Missing files are listed, too.
 */
export function componentFiles(component: Pick<Component, 'path'>, workspaceRoot: string): string[] {
  const { path } = component;
  const files = filesOf(component, workspaceRoot).map((file) => join(workspaceRoot, file));
  return [`${escapeGlob(path)}/**`, ...files.filter((file) => !file.startsWith(`${path}${sep}`)).map(escapeGlob)];
}

/** Lists the files that kustomize reads for a component, also outside of the workspace. Returns absolute globs. */
export function componentReads(component: Pick<Component, 'path'>, workspaceRoot: string): string[] {
  const outside = new Set<string>();
  const files = filesOf(component, workspaceRoot, outside);
  const all = [...files, ...outside].map((file) => escapeGlob(join(workspaceRoot, file)));
  const charts = all.filter((file) => basename(file) === 'Chart.yaml').map((file) => `${dirname(file)}/**`);
  return [...all, ...charts];
}

/** The files of a component's kustomizations, relative to the workspace root. */
function filesOf({ path }: Pick<Component, 'path'>, workspaceRoot: string, outside?: Set<string>): string[] {
  const read = (file: string): string[] | undefined => {
    let text: string;
    try {
      text = readFileSync(join(workspaceRoot, file), 'utf8');
    } catch {
      return undefined;
    }
    try {
      const document = load(text);
      return [...references(document), ...chartFiles(document)];
    } catch {
      // kustomize reports the mistake when it renders the file.
      return [];
    }
  };
  const folder = relative(workspaceRoot, path).split(sep).join('/') || '.';
  return kustomizationFiles(read, folder, outside);
}
