import { NxKubeError, subject, type KubeObject } from '@nx-kube/cluster';
import rfc6902 from 'rfc6902';
import { strategicMerge } from './strategic-merge.js';

/** A user's patch of rendered objects, with exactly one of `merge` and `json`. */
export interface Patch {
  /** The objects to patch: all given fields must match. At least one object must match. */
  target: { kind?: string; name?: string; namespace?: string };
  /** A strategic merge patch. */
  merge?: Record<string, unknown>;
  /** A JSON patch (RFC 6902). */
  json?: { op: string; path: string; value?: unknown; from?: string }[];
}

/**
 * Applies patches in order. Returns new objects. Pure.
 *
 * @throws NxKubeError (configuration) that names a patch without a matching object, or one that cannot be applied
 */
export function applyPatches(objects: KubeObject[], patches: Patch[]): KubeObject[] {
  return patches.reduce((current, patch, index) => applyPatch(current, patch, `patches[${index}]`), objects);
}

function applyPatch(objects: KubeObject[], patch: Patch, field: string): KubeObject[] {
  if (!patch.merge === !patch.json) {
    throw new NxKubeError('configuration', `"${field}" needs exactly one of "merge" and "json".`, {
      next: 'Set "merge" to a strategic merge patch, or "json" to a list of JSON patch operations.',
    });
  }
  let matched = 0;
  const patched = objects.map((object) => {
    if (!matches(object, patch.target)) return object;
    matched += 1;
    return patch.merge ? strategicMerge(object, patch.merge) : applyJson(object, patch.json!, field);
  });
  if (matched) return patched;
  const { kind, name, namespace } = patch.target;
  const wanted = [kind ?? '*', ...(namespace ? [namespace] : []), name ?? '*'].join('/');
  throw new NxKubeError('configuration', `"${field}": no object matches ${wanted}.`, {
    next: `Correct ${field}.target; the objects are ${objects.map(subject).join(', ')}.`,
  });
}

function matches({ kind, metadata }: KubeObject, target: Patch['target']): boolean {
  return (
    (target.kind === undefined || target.kind === kind) &&
    (target.name === undefined || target.name === metadata.name) &&
    (target.namespace === undefined || target.namespace === metadata.namespace)
  );
}

function applyJson(object: KubeObject, operations: NonNullable<Patch['json']>, field: string): KubeObject {
  const copy = structuredClone(object);
  rfc6902.applyPatch(copy, operations as rfc6902.Operation[]).forEach((error, index) => {
    if (!error) return;
    const { op, path } = operations[index]!;
    throw new NxKubeError(
      'configuration',
      `"${field}.json[${index}]": ${op} ${path} does not match ${subject(object)}.`,
      {
        next: 'Correct the path; it is a JSON pointer into the rendered object.',
        cause: error,
      },
    );
  });
  return copy;
}
