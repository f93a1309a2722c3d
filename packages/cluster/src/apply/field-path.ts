import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../object/is-record.js';

/**
 * Path of a field as the server writes it in a conflict: `.spec.replicas`,
 * `.spec.template.spec.containers[name="manager"].image`. Names of fields are not escaped, so a path is read along a
 * value.
 */
export type FieldPath = string;

/** Finds the value of a field. Pure. @returns undefined if the field does not exist */
export function valueAt(object: unknown, path: FieldPath): unknown {
  let found: unknown;
  edit(object, path, (value) => (found = value));
  return found;
}

/** Copies an object without a field. Pure. @returns undefined if the field does not exist */
export function withoutField<T>(object: T, path: FieldPath): T | undefined {
  return withField(object, path, undefined);
}

/** Copies an object with another value for a field. Pure. @returns undefined if the field does not exist */
export function withField<T>(object: T, path: FieldPath, value: unknown): T | undefined {
  const edited = edit(object, path, () => value);
  return edited === missing ? undefined : (edited as T);
}

/** Whether managed fields (FieldsV1) hold a field or something below it. For paths without dots in a name. Pure. */
export function managesField(fieldsV1: Readonly<Record<string, unknown>>, path: FieldPath): boolean {
  let node: unknown = fieldsV1;
  for (const name of fieldNodes(path)) {
    if (!isRecord(node) || !(name in node)) return false;
    node = node[name];
  }
  return true;
}

/** Names of the nodes of managed fields (FieldsV1) that lead to a field. For paths without dots in a name. Pure. */
export function fieldNodes(path: FieldPath): string[] {
  return [...path.matchAll(stepPattern)].map(([step]) =>
    step.startsWith('.') ? `f:${step.slice(1)}` : `k:${JSON.stringify(keysOf(step))}`,
  );
}

const missing = Symbol('missing');
const bracket = /^\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]/;
const stepPattern = /\.[^.[]+|\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\]/g;

/** Edits the value at the end of a path; an edit to undefined removes it. */
function edit(value: unknown, path: FieldPath, change: (value: unknown) => unknown): unknown {
  if (path === '') return change(value);
  if (path.startsWith('.')) return isRecord(value) ? editField(value, path.slice(1), change) : missing;
  const [step] = bracket.exec(path) ?? [];
  if (step === undefined || !Array.isArray(value)) return missing;
  const items: readonly unknown[] = value;
  const at = items.findIndex((item, index) => isMeant(step, item, index));
  const edited = at < 0 ? missing : edit(items[at], path.slice(step.length), change);
  if (edited === missing) return missing;
  return edited === undefined ? items.toSpliced(at, 1) : items.with(at, edited);
}

function editField(record: Record<string, unknown>, path: string, change: (value: unknown) => unknown): unknown {
  // The longest name first: a name may hold dots.
  const names = Object.keys(record).sort((a, b) => b.length - a.length);
  for (const name of names) {
    const rest = path.slice(name.length);
    if (!path.startsWith(name) || !/^(?:$|[.[])/.test(rest)) continue;
    const edited = edit(record[name], rest, change);
    if (edited === missing) continue;
    if (edited !== undefined) return { ...record, [name]: edited };
    return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
  }
  return missing;
}

/** Whether `[name="a",port=80]`, `[="value"]` or `[3]` is this item of a list. */
function isMeant(step: string, item: unknown, index: number): boolean {
  const inside = step.slice(1, -1);
  if (/^\d+$/.test(inside)) return index === Number(inside);
  if (inside.startsWith('=')) return isDeepStrictEqual(item, parse(inside.slice(1)));
  // `protocol` is the only list key in the API with a default.
  return (
    isRecord(item) &&
    Object.entries(keysOf(step)).every(
      ([key, value]) => (item[key] ?? (key === 'protocol' ? 'TCP' : undefined)) === value,
    )
  );
}

function keysOf(step: string): Record<string, unknown> {
  const keys = step.slice(1, -1).matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|[^,]*),?/g);
  return Object.fromEntries([...keys].map(([, key, value]) => [key!, parse(value!)]));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
