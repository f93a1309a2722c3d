import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { NxKubeError, type KubeObject } from '@nx-kube/cluster';

/** What a user's transform module exports by default. */
export type Transform = (objects: KubeObject[]) => KubeObject[] | Promise<KubeObject[]>;

/**
 * Runs the default export of a JavaScript module over the objects. The module is loaded anew when its file changes.
 *
 * @param file absolute path of the module
 * @throws NxKubeError: configuration where the module cannot be used, user-code where it throws
 */
export async function applyTransform(objects: KubeObject[], file: string): Promise<KubeObject[]> {
  const transform = await loadTransform(file);
  let result: unknown;
  try {
    result = await transform(structuredClone(objects));
  } catch (cause) {
    throw new NxKubeError('user-code', `${file} threw: ${cause instanceof Error ? cause.message : String(cause)}`, {
      next: 'Mend the transform module.',
      cause,
    });
  }
  if (Array.isArray(result) && result.every(isObject)) return result;
  throw new NxKubeError('user-code', `${file} did not return a list of Kubernetes objects`, {
    next: 'Return every object to apply, each with apiVersion, kind and metadata.name.',
  });
}

async function loadTransform(file: string): Promise<Transform> {
  let module: { default?: unknown };
  try {
    // Node keeps modules by URL: the time of the last change makes an edited module a new one.
    module = await import(`${pathToFileURL(file).href}?changed=${(await stat(file)).mtimeMs}`);
  } catch (cause) {
    throw new NxKubeError(
      'configuration',
      `the transform module ${file} cannot be loaded: ${(cause as Error).message}`,
      {
        next: 'Correct the option "transform", or the module.',
        cause,
      },
    );
  }
  if (typeof module.default === 'function') return module.default as Transform;
  throw new NxKubeError('configuration', `${file} has no function as its default export`, {
    next: 'Write: export default (objects) => objects;',
  });
}

function isObject(value: unknown): value is KubeObject {
  const object = value as Partial<KubeObject> | null;
  return Boolean(object?.apiVersion && object.kind && object.metadata?.name);
}
