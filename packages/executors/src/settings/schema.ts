import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from './record.js';

/** The part of a JSON schema that this package reads. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  then?: Schema;
  required?: string[];
  definitions?: Record<string, Schema>;
  $ref?: string;
  /** In an executor's schema: settings files may hold its options. The executor reads them through `withSettings`. */
  'x-settings'?: boolean;
  /** In an executor's schema: executors whose targets it reads, every one in the project. */
  'x-reads'?: string[];
  /** In an option: its value names a target of the same project, whose options the executor reads. */
  'x-target'?: true;
  /** `kept`: settings do not expand environment references; the executor does, since the values may be secret. */
  'x-references'?: 'kept';
  /** `whole`: settings replace the whole value, never a part of it. */
  'x-merge'?: 'whole';
  /** Name of the field that holds the kind. If settings change the kind, they replace the whole value. */
  'x-kind'?: string;
  [keyword: string]: unknown;
}

const packageRoot = join(import.meta.dirname, '../..');
const ownPackage = '@nx-kube/executors:';

/** Returns the names of this package's executors in alphabetical order. */
export async function executorNames(): Promise<string[]> {
  return Object.keys(readExecutors()).sort();
}

/**
 * Returns the schema of an executor's options.
 *
 * @param executor qualified name, such as `@nx-kube/executors:dev`
 * @returns undefined for an executor that is not of this package
 */
export async function executorSchema(executor: string): Promise<Schema | undefined> {
  if (!executor.startsWith(ownPackage)) return undefined;
  return schemaOf(executor.slice(ownPackage.length));
}

/** Returns the schema of an executor's options by its short name, such as `go-build`; undefined for an unknown name. */
export function schemaOf(name: string): Schema | undefined {
  const found = readExecutors()[name];
  return found && (readJson(found.schema) as Schema);
}

function readExecutors(): Record<string, { schema: string }> {
  return (readJson('executors.json') as { executors: Record<string, { schema: string }> }).executors;
}

/** Cache for the lifetime of the process: the files of an installed package do not change. */
const documents = new Map<string, unknown>();

function readJson(path: string): unknown {
  let document = documents.get(path);
  if (document === undefined) {
    document = JSON.parse(readFileSync(join(packageRoot, path), 'utf8'));
    documents.set(path, document);
  }
  return document;
}

/**
 * Returns the schema for a part of the options: fields are required only inside lists, which settings replace as a
 * whole. Replaces references to definitions by the definitions. Pure.
 */
export function partialSchema(schema: Schema): Schema {
  return withoutReferences(schema, false);
}

/** Returns the schema for all options, required fields included, with references replaced by definitions. Pure. */
export function wholeSchema(schema: Schema): Schema {
  return withoutReferences(schema, true);
}

function withoutReferences(schema: Schema, whole: boolean): Schema {
  const { definitions = {}, ...rest } = schema;
  // ajv does not know the dialect that `$schema` names for editors, and would refuse it.
  delete rest['$schema'];
  return filledIn(rest, definitions, whole);
}

const named = ['properties', 'patternProperties'] as const;
const listed = ['oneOf', 'anyOf', 'allOf'] as const;

function filledIn(given: Schema, definitions: Record<string, Schema>, whole: boolean): Schema {
  const schema: Schema = { ...resolve(given, definitions) };
  if (!whole) delete schema.required;
  for (const keyword of named) {
    const below = schema[keyword];
    if (isRecord(below)) {
      schema[keyword] = mapValues(below as Record<string, Schema>, (one) => filledIn(one, definitions, whole));
    }
  }
  for (const keyword of listed) schema[keyword] &&= schema[keyword].map((one) => filledIn(one, definitions, whole));
  if (isRecord(schema.additionalProperties)) {
    schema.additionalProperties = filledIn(schema.additionalProperties as Schema, definitions, whole);
  }
  if (schema.items) schema.items = filledIn(schema.items, definitions, true);
  if (schema.then) schema.then = filledIn(schema.then, definitions, whole);
  return schema;
}

function resolve(schema: Schema, definitions: Record<string, Schema>): Schema {
  const { $ref, ...rest } = schema;
  if ($ref === undefined) return schema;
  return { ...definitions[$ref.replace('#/definitions/', '')], ...rest };
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
