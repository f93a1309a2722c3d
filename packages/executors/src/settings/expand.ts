import type { Mistake } from './mistake.js';
import { isRecord } from './record.js';
import { expand, malformedReference, parseTemplate, type Environment } from './references.js';
import type { Schema } from './schema.js';

/** Where a value stands: `dev-settings.yaml: dev.patches[0]`. */
export interface Place {
  /** How messages name the file. */
  file: string;
  path: string;
}

export function below(place: Place, key: string | number): Place {
  const path = typeof key === 'number' ? `${place.path}[${key}]` : place.path ? `${place.path}.${key}` : key;
  return { ...place, path };
}

export function whereOf({ file, path }: Place): string {
  return `${file}: ${path}`;
}

/**
 * Fills in references to the environment in all strings of `value`, but for those that its schema leaves to the executor.
 * Keys stay as they are.
 *
 * @param mistakes gets what is wrong, never with the text that it stands in
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

/** A schema and all the ones that it offers as alternatives or parts. */
export function branches(schema: Schema | boolean | undefined): Schema[] {
  if (!isRecord(schema)) return [];
  const { oneOf = [], anyOf = [], allOf = [], then } = schema as Schema;
  return [schema as Schema, ...[...oneOf, ...anyOf, ...allOf, ...(then ? [then] : [])].flatMap(branches)];
}

/** The schemas of what stands under a key. */
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
      mistake: `the environment variable ${name} is not set`,
      next: `Set it, or give it a default: \${${name}:-default}.`,
    });
  }
  return text;
}
