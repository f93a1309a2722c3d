import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { NxKubeError, type KubeObject } from '@nx-kube/cluster';
import { load } from 'js-yaml';
import { kustomizationFiles } from '../kustomize/kustomization-files.js';
import { references } from '../kustomize/references.js';
import { renderManifests } from '../kustomize/render.js';
import { suggestion } from '../settings/nearest.js';

/** What runs beside the controller, from a kustomization of its own. */
export interface Component {
  name: string;
  /** Folder of the kustomization; absolute. */
  path: string;
  /** Names of components, or `controller`, that have to be ready before this one is applied. */
  dependsOn: readonly string[];
}

/** How a component refers to the controller. */
export const controllerName = 'controller';

/** Components that can be applied together, before or after the controller; in order. */
export interface Stages<T> {
  before: T[][];
  after: T[][];
}

/**
 * Brings components into stages, each of which only depends on those before it. What does not depend on the controller comes before
 * it. Pure.
 *
 * @throws NxKubeError (configuration) for an unknown name, and for a circle
 */
export function stagesOf(components: readonly Component[]): Stages<Component> {
  const names = [controllerName, ...components.map(({ name }) => name)];
  for (const { name, dependsOn } of components) {
    const unknown = dependsOn.find((other) => !names.includes(other));
    if (unknown === undefined) continue;
    throw new NxKubeError(
      'configuration',
      `components.${name}.dependsOn: there is no component "${unknown}" that is enabled`,
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

/** The components that depend on the controller, if through others. */
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
    throw new NxKubeError('configuration', `components: ${circle} depend on each other in a circle`, {
      next: 'Remove one of their "dependsOn".',
    });
  }
  const rest = components.filter((component) => !ready.includes(component));
  return [ready, ...levels(rest, [...done, ...ready.map(({ name }) => name)])];
}

/**
 * The objects of components, in their stages.
 *
 * @throws NxKubeError (configuration) with kustomize's own message
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
      throw new NxKubeError(culprit, `component ${name}: ${message}`, { next, cause: error });
    });
    signal?.throwIfAborted();
    if (result.ok) return result.objects;
    throw new NxKubeError('configuration', `component ${name}: ${'diagnostics' in result ? result.diagnostics : ''}`, {
      next: `Correct the kustomization in ${path}.`,
    });
  };
  const stage = async (level: Component[]) => (await Promise.all(level.map(read))).flat();
  const [first, last] = await Promise.all([before, after].map((stages) => Promise.all(stages.map(stage))));
  return { before: first!, after: last! };
}

/**
 * The local files that a component is made from: all of its folder, and what its kustomization and those that it refers to name outside of
 * it, within the workspace. Absolute paths and globs; what is missing is among them.
 */
export function componentFiles({ path }: Pick<Component, 'path'>, workspaceRoot: string): string[] {
  const read = (file: string): string[] | undefined => {
    let text: string;
    try {
      text = readFileSync(join(workspaceRoot, file), 'utf8');
    } catch {
      return undefined;
    }
    try {
      return references(load(text));
    } catch {
      // What is wrong with it is said by kustomize, when it is rendered.
      return [];
    }
  };
  const folder = relative(workspaceRoot, path).split(sep).join('/') || '.';
  const files = kustomizationFiles(read, folder).map((file) => join(workspaceRoot, file));
  return [`${path}/**`, ...files.filter((file) => !file.startsWith(`${path}${sep}`))];
}
