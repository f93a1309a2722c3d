import { isDeepStrictEqual } from 'node:util';
import { NxKubeError, subject, type KubeObject } from '@nx-kube/cluster';
import rfc6902 from 'rfc6902';
import { mergeIntoObjects, selectObjects, type Selector } from '../kustomize/patch-objects.js';

/** A user's patch of rendered objects, with exactly one of `merge` and `json`. */
export interface Patch {
  /** The objects to patch: all given fields must match. At least one object must match. */
  target: Selector;
  /** A strategic merge patch. */
  merge?: Record<string, unknown>;
  /** A JSON patch (RFC 6902). */
  json?: { op: string; path: string; value?: unknown; from?: string }[];
}

/**
 * Applies patches in order, each to the result of the patches before it. kustomize selects the objects and merges.
 * Returns new objects, without those that a patch deletes.
 *
 * @throws NxKubeError (configuration) that names a patch without a matching object, one that changes nothing, or one
 *   that cannot be applied
 */
export async function applyPatches(objects: KubeObject[], patches: Patch[]): Promise<KubeObject[]> {
  let current = objects;
  for (const [index, patch] of patches.entries()) current = await applyPatch(current, patch, `patches[${index}]`);
  return current;
}

async function applyPatch(objects: KubeObject[], patch: Patch, field: string): Promise<KubeObject[]> {
  const { target, merge, json } = patch;
  if (!merge === !json) {
    throw new NxKubeError('configuration', `"${field}" needs exactly one of "merge" and "json".`, {
      next: 'Set "merge" to a strategic merge patch, or "json" to a list of JSON patch operations.',
    });
  }
  const selected = await selectObjects(objects, target, `${field}.target`);
  if (!selected.length) throw noMatch(objects, target, field);
  const patched = merge
    ? await applyMerge(selected, merge, `${field}.merge`)
    : selected.map((object) => applyJson(object, json!, `${field}.json`));
  if (isDeepStrictEqual(patched, selected)) {
    throw new NxKubeError('configuration', `"${field}" changes nothing in ${selected.map(subject).join(', ')}.`, {
      next: 'Correct the patch, or remove it: the rendered manifests already say so, or do not have its fields.',
    });
  }
  const result = new Map(selected.map((object, i) => [object, patched[i]]));
  return objects.flatMap((object) => (result.has(object) ? (result.get(object) ?? []) : object));
}

function noMatch(objects: KubeObject[], target: Selector, field: string): NxKubeError {
  const { group, version, kind, name, namespace, labelSelector, annotationSelector } = target;
  const wanted = [kind ?? '*', ...(namespace ? [namespace] : []), name ?? '*'].join('/');
  const more = Object.entries({ group, version, labelSelector, annotationSelector })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  const all = [wanted, ...more].join(', ');
  return new NxKubeError('configuration', `"${field}": no object matches ${all}.`, {
    next: `Correct ${field}.target; the objects are ${objects.map(subject).join(', ')}.`,
  });
}

/** Directives of kubectl that kustomize does not know. It writes some of them into the object as fields. */
const unknown = /^\$(setElementOrder\/|deleteFromPrimitiveList\/|retainKeys$)/;

async function applyMerge(objects: KubeObject[], merge: Record<string, unknown>, field: string) {
  const directive = keysIn(merge).find((key) => unknown.test(key));
  if (directive) {
    throw new NxKubeError('configuration', `"${field}": kustomize does not know the directive ${directive}.`, {
      next: 'Use "json" with a JSON patch for this change.',
    });
  }
  if (merge['$patch'] === 'replace') {
    throw new NxKubeError('configuration', `"${field}": kustomize does not replace whole objects.`, {
      next: 'Put "$patch: replace" into the map or list that it is to replace, such as "spec".',
    });
  }
  const patched = await mergeIntoObjects(objects, merge, field);
  // kustomize keeps `$patch` as a field where it does not apply it, as in a list of a custom resource.
  if (keysIn(patched).includes('$patch')) {
    throw new NxKubeError('configuration', `"${field}": kustomize does not apply "$patch" at this place.`, {
      next: 'Use "json" with a JSON patch for this change.',
    });
  }
  return patched;
}

function keysIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(keysIn);
  return Array.isArray(value) ? below : [...Object.keys(value), ...below];
}

function applyJson(object: KubeObject, operations: NonNullable<Patch['json']>, field: string): KubeObject {
  const copy = structuredClone(object);
  for (const [index, operation] of operations.entries()) {
    const error = errorOf(copy, operation);
    if (!error) continue;
    const { op, path } = operation;
    throw new NxKubeError('configuration', `"${field}[${index}]": ${op} ${path} does not match ${subject(object)}.`, {
      next: 'Correct the path; it is a JSON pointer into the rendered object.',
      cause: error,
    });
  }
  if (copy.apiVersion && copy.kind && copy.metadata?.name) return copy;
  throw new NxKubeError('configuration', `"${field}" removes the identity of ${subject(object)}.`, {
    next: 'Keep apiVersion, kind and metadata.name. Use merge with $patch: delete to delete the object.',
  });
}

/** Applies an operation. Returns why it cannot be applied: rfc6902 throws for a path that is no JSON pointer. */
function errorOf(object: KubeObject, operation: NonNullable<Patch['json']>[number]): Error | null {
  try {
    return rfc6902.applyPatch(object, [operation as rfc6902.Operation])[0]!;
  } catch (error) {
    return error as Error;
  }
}
