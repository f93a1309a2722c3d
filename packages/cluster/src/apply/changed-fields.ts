import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../object/is-record.js';
import type { KubeObject } from '../object/kube-object.js';

/** Fields that change with every write, or that apply does not write. */
const ignored = new Set([
  'status',
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.creationTimestamp',
  'metadata.uid',
]);
const most = 50;

/**
 * Compares two objects. Pure.
 *
 * @returns paths of the fields that differ, such as `spec.template.spec.containers[manager].image`; never values; at
 * most 50
 */
export function changedFields(before: KubeObject, after: KubeObject): string[] {
  const paths: string[] = [];
  collect(before, after, '', paths);
  return paths.slice(0, most);
}

function collect(before: unknown, after: unknown, path: string, paths: string[]): void {
  if (ignored.has(path) || isDeepStrictEqual(before, after)) return;
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(before[key], after[key], path ? `${path}.${key}` : key, paths);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const [old, current] = [byLabel(before), byLabel(after)];
    for (const label of new Set([...old.keys(), ...current.keys()])) {
      collect(old.get(label), current.get(label), `${path}[${label}]`, paths);
    }
  } else paths.push(path);
}

/** Items by name where they have one, else by position. */
function byLabel(items: readonly unknown[]): Map<string, unknown> {
  const names = items.map((item) => (isRecord(item) && typeof item.name === 'string' ? item.name : undefined));
  const named = !names.includes(undefined) && new Set(names).size === items.length;
  return new Map(items.map((item, index) => [named ? names[index]! : String(index), item]));
}
