import type { ErrorObject } from 'ajv';
import { below, whereOf, type Place } from './expand.js';
import { distinct, type Mistake } from './mistake.js';
import { suggestion } from './nearest.js';
import type { Schema } from './schema.js';

/**
 * Returns every mismatch of `value` and `schema`, each with the nearest known key or the form to write. Never quotes
 * values.
 *
 * @param place place of `value`, for messages
 */
export async function validateSettings(value: unknown, schema: Schema, place: Place): Promise<Mistake[]> {
  return distinct((await failures(value, schema)).map((error) => mistakeOf(error, place)));
}

/** A required field that an object lacks. */
export interface Missing {
  /** Keys and indices that lead to the object. */
  keys: (string | number)[];
  /** Name of the missing field. */
  field: string;
}

/** Returns the fields that the schema requires and `value` lacks. */
export async function missingFields(value: unknown, schema: Schema): Promise<Missing[]> {
  const required = (await failures(value, schema)).filter(({ keyword }) => keyword === 'required');
  return required.map((error) => ({ keys: keysOf(error), field: error.params.missingProperty as string }));
}

async function failures(value: unknown, schema: Schema): Promise<ErrorObject[]> {
  // Loading ajv is slow, so load it only if there is something to check.
  const { Ajv } = await import('ajv');
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, validateSchema: false, logger: false });
  const validate = ajv.compile(schema);
  return validate(value) ? [] : relevant(validate.errors ?? []);
}

/** Keeps, of the failures in a union, those of the alternative whose type matches the value. */
function relevant(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  const hidden = new Set<ErrorObject>();
  for (const union of unions) {
    const alternatives = union.schema as Schema[];
    const meant = alternatives.findIndex(({ type }) => accepts(type, union.data));
    for (const error of errors) {
      if (!error.schemaPath.startsWith(`${union.schemaPath}/`)) continue;
      if (!error.schemaPath.startsWith(`${union.schemaPath}/${meant}/`)) hidden.add(error);
    }
    if (meant >= 0 && !(union.params as { passingSchemas?: unknown }).passingSchemas) hidden.add(union);
  }
  // A failed `if` repeats the failure inside its `then`.
  return errors.filter((error) => !hidden.has(error) && error.keyword !== 'if');
}

function accepts(type: Schema['type'], value: unknown): boolean {
  const types = type === undefined ? [] : [type].flat();
  return types.length === 0 || types.includes(typeOf(value)) || (types.includes('integer') && Number.isInteger(value));
}

function mistakeOf(error: ErrorObject, root: Place): Mistake {
  const place = placeOf(error, root);
  const { params, parentSchema = {}, data } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = params.additionalProperty as string;
      const known = Object.keys((parentSchema as Schema).properties ?? {});
      return { where: whereOf(below(place, key)), mistake: 'is not known', next: suggestion(key, known) };
    }
    case 'required': {
      const where = whereOf(below(place, params.missingProperty as string));
      return { where, mistake: 'is missing', next: 'Add it.' };
    }
    case 'type':
      return typeProblem(place, [params.type as string | string[]].flat(), data);
    case 'oneOf':
    case 'anyOf':
      return typeProblem(
        place,
        (error.schema as Schema[]).flatMap(({ type }) => type ?? []),
        data,
      );
    case 'enum': {
      const allowed = (params.allowedValues as unknown[]).map(String);
      return {
        where: whereOf(place),
        mistake: `must be one of ${allowed.join(', ')}`,
        next: suggestion(String(data), allowed),
      };
    }
    default:
      return { where: whereOf(place), mistake: error.message ?? 'is not allowed', next: 'Correct it.' };
  }
}

function typeProblem(place: Place, expected: readonly string[], value: unknown): Mistake {
  const actual = typeOf(value);
  return {
    where: whereOf(place),
    mistake: `must be ${expected.map(article).join(' or ')}, not ${article(actual)}`,
    next: typeAdvice(expected, actual),
  };
}

function typeAdvice(expected: readonly string[], actual: string): string {
  if (expected.includes('string') && ['number', 'boolean', 'null'].includes(actual)) return 'Put it in quotes.';
  if (actual === 'string')
    return `Write ${article(expected[0]!)} without quotes; references to the environment are text.`;
  return `Write ${article(expected[0]!)}.`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const names: Record<string, string> = { array: 'a list', object: 'an object', integer: 'an integer', null: 'empty' };

function article(type: string): string {
  return names[type] ?? `a ${type}`;
}

function placeOf(error: ErrorObject, root: Place): Place {
  return keysOf(error).reduce(below, root);
}

/** Returns the keys and indices of the error's JSON pointer. */
function keysOf({ instancePath }: ErrorObject): (string | number)[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}
