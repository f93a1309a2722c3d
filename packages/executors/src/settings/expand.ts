import type { Mistake } from './mistake.js';
import { isRecord } from './record.js';
import { expand, malformedReference, parseTemplate, type Environment } from './references.js';
import type { Schema } from './schema.js';

/** Place of a value, for messages: `dev-settings.yaml: dev.patches[0]`. */
export interface Place {
  /** Name of the file in messages. */
  file: string;
  /** Key path in the file, such as `dev.patches[0]`. */
  path: string;
}

/** Returns the place of a key or an index inside `place`. Pure. */
export function below(place: Place, key: string | number): Place {
  const path = typeof key === 'number' ? `${place.path}[${key}]` : place.path ? `${place.path}.${key}` : key;
  return { ...place, path };
}

/** Returns the place as text, the subject of a message. Pure. */
export function whereOf({ file, path }: Place): string {
  return `${file}: ${path}`;
}

/**
 * Returns `value` with the environment references in its strings filled in. Leaves keys as they are, and strings whose
 * schema says `"x-references": "kept"`.
 *
 * @param mistakes receives malformed references and unset variables; never quotes the text around them
 */
export function expandSettings(
  value: unknown,
  schemas: readonly Schema[],
  place: Place,
  env: Environment,
  mistakes: Mistake[],
): unknown {
  if (schemas.some((schema) => schema['x-references'] === 'kept')) return value;
  if (typeof value === 'string') return expandText(value, place, env, mistakes);
  if (Array.isArray(value)) {
    const items = schemas.flatMap(({ items }) => branches(items));
    return value.map((item, index) => expandSettings(item, items, below(place, index), env, mistakes));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, entry]) => {
    return [key, expandSettings(entry, branchesBelow(schemas, key), below(place, key), env, mistakes)];
  });
  return Object.fromEntries(entries);
}

/** Returns a schema with all its alternatives and parts, recursively. Pure. */
export function branches(schema: Schema | boolean | undefined): Schema[] {
  if (!isRecord(schema)) return [];
  const { oneOf = [], anyOf = [], allOf = [], then } = schema as Schema;
  return [schema as Schema, ...[...oneOf, ...anyOf, ...allOf, ...(then ? [then] : [])].flatMap(branches)];
}

/** Returns the schemas of the value under a key. Pure. */
export function branchesBelow(schemas: readonly Schema[], key: string): Schema[] {
  return schemas.flatMap((schema) => branches(schema.properties?.[key] ?? schema.additionalProperties));
}

function expandText(text: string, place: Place, env: Environment, mistakes: Mistake[]): string {
  const template = parseTemplate(text);
  if (!template) {
    mistakes.push({ where: whereOf(place), ...malformedReference });
    return text;
  }
  const result = expand(template, env);
  if ('text' in result) return result.text;
  for (const name of result.missing) {
    mistakes.push({
      where: whereOf(place),
      mistake: `refers to the environment variable ${name}, which is not set`,
      next: `Set it, or give it a default: \${${name}:-default}.`,
    });
  }
  return text;
}
