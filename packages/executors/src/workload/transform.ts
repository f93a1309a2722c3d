import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { NxKubeError, type KubeObject } from '@nx-kube/cluster';

/** The default export of a user's transform module. */
export type Transform = (objects: KubeObject[]) => KubeObject[] | Promise<KubeObject[]>;

/**
 * Runs the default export of a JavaScript module on the objects. An edited module is loaded again.
 *
 * @param file absolute path of the module
 * @throws NxKubeError: configuration when the module cannot be loaded, user-code when it throws or returns no objects
 */
export async function applyTransform(objects: KubeObject[], file: string): Promise<KubeObject[]> {
  const transform = await loadTransform(file);
  let result: unknown;
  try {
    result = await transform(structuredClone(objects));
  } catch (cause) {
    throw new NxKubeError('user-code', `${file} threw an error: ${reasonOf(cause)}.`, {
      next: 'Fix the transform module.',
      cause,
    });
  }
  if (Array.isArray(result) && result.every(isObject)) return result;
  throw new NxKubeError('user-code', `${file} did not return a list of Kubernetes objects.`, {
    next: 'Return every object to apply, each with apiVersion, kind and metadata.name.',
  });
}

async function loadTransform(file: string): Promise<Transform> {
  let module: { default?: unknown };
  try {
    // Node caches modules by URL: the modification time makes an edited module a new one.
    module = await import(`${pathToFileURL(file).href}?changed=${(await stat(file)).mtimeMs}`);
  } catch (cause) {
    throw new NxKubeError('configuration', `The transform module ${file} cannot be loaded: ${reasonOf(cause)}.`, {
      next: 'Correct the option "transform", or fix the module.',
      cause,
    });
  }
  if (typeof module.default === 'function') return module.default as Transform;
  throw new NxKubeError('configuration', `${file} has no function as its default export.`, {
    next: 'Write a default export such as: export default (objects) => objects.',
  });
}

/** The message of a thrown value, without its full stop. */
function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
function isObject(value: unknown): value is KubeObject {
  const object = value as Partial<KubeObject> | null;
  return Boolean(object?.apiVersion && object.kind && object.metadata?.name);
}
