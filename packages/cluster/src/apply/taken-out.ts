import { isRecord } from '../object/is-record.js';
import type { KubeObject, ManagedFieldsEntry } from '../object/kube-object.js';
import { isAppliedBy } from './applied-by.js';
import type { Conflict } from './failures.js';
import { fieldNodes, managesField, valueAt, type FieldPath } from './field-path.js';
import { union } from './from-kubectl.js';

/**
 * Fields that one version of an object has and a later one does not: those that were taken out. Items of lists count if
 * they have names; other lists count as a whole. Pure.
 */
export function fieldsTakenOut(before: unknown, after: unknown, path: FieldPath = ''): FieldPath[] {
  if (after === undefined) return isEmpty(before) ? [] : [path];
  if (isRecord(before) && isRecord(after)) {
    return Object.keys(before).flatMap((name) => fieldsTakenOut(before[name], after[name], `${path}.${name}`));
  }
  const [old, now] = [byName(before), byName(after)];
  if (!old || !now) return [];
  return [...old].flatMap(([name, item]) =>
    fieldsTakenOut(item, now.get(name), `${path}[name=${JSON.stringify(name)}]`),
  );
}

/** Taken-out fields that would stay: the live object has them, and other managers own them. Pure. */
export function fieldsThatStay(live: KubeObject, takenOut: readonly FieldPath[], fieldManager: string): Conflict[] {
  const others = othersOf(live, fieldManager);
  return takenOut.flatMap((field) =>
    valueAt(live, field) === undefined
      ? []
      : others
          .filter(({ fieldsV1 }) => fieldsV1 && managesField(fieldsV1, field))
          .map(({ manager = '' }) => ({ field, manager })),
  );
}

/**
 * The managed fields of an object after `fieldManager` has taken over fields of others. An apply that leaves them out
 * then removes them. Pure.
 */
export function withFieldsTaken(
  live: KubeObject,
  fields: readonly Conflict[],
  fieldManager: string,
): ManagedFieldsEntry[] {
  const isOurs = isAppliedBy(fieldManager);
  const entries = live.metadata.managedFields ?? [];
  const others = othersOf(live, fieldManager);
  const first = others.find(({ manager }) => manager === fields[0]?.manager);
  let ours: ManagedFieldsEntry | undefined =
    entries.find(isOurs) ?? (first && { ...first, manager: fieldManager, operation: 'Apply', fieldsV1: {} });
  const rest = entries
    .filter((entry) => !isOurs(entry))
    .map((entry) => {
      if (!others.includes(entry)) return entry;
      return fields
        .filter(({ manager }) => manager === entry.manager)
        .reduce((left, { field }) => {
          const nodes = fieldNodes(field);
          const found = subtree(left.fieldsV1, nodes);
          if (!found || !ours) return left;
          ours = { ...ours, fieldsV1: union(ours.fieldsV1 ?? {}, found) };
          return { ...left, fieldsV1: without(left.fieldsV1!, nodes) };
        }, entry);
    });
  // The server lists no manager that owns nothing.
  return [...rest.filter(({ fieldsV1 }) => !isEmpty(fieldsV1)), ...(ours ? [ours] : [])];
}

/** Entries of other managers of the object itself. */
function othersOf(live: KubeObject, fieldManager: string): ManagedFieldsEntry[] {
  const isOurs = isAppliedBy(fieldManager);
  return (live.metadata.managedFields ?? []).filter((entry) => !isOurs(entry) && !entry.subresource);
}

type Fields = Readonly<Record<string, unknown>>;

/** The part of managed fields that is on the way to a field, or below it. */
function subtree(fields: Fields | undefined, [first, ...rest]: readonly string[]): Record<string, unknown> | undefined {
  if (first === undefined) return fields;
  const below = fields?.[first] as Fields | undefined;
  const found = below && subtree(below, rest);
  return found && { [first]: found };
}

function without(fields: Fields, [first = '', ...rest]: readonly string[]): Record<string, unknown> {
  const { [first]: below, ...others } = fields;
  if (!rest.length || below === undefined) return others;
  const left = without(below as Fields, rest);
  // An empty node stands for a field as a whole.
  return isEmpty(left) ? others : { ...others, [first]: left };
}

function byName(list: unknown): Map<string, unknown> | undefined {
  if (!Array.isArray(list)) return undefined;
  const names = list.map((item) => (isRecord(item) && typeof item.name === 'string' ? item.name : undefined));
  if (names.includes(undefined) || new Set(names).size !== names.length) return undefined;
  return new Map(list.map((item, index) => [names[index]!, item]));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}
