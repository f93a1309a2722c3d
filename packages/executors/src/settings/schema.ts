import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from './record.js';

/** A JSON schema, as far as it is looked at. */
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
  /** Of an executor's schema: its options may stand in a settings file, for it reads them through `withSettings`. */
  'x-settings'?: boolean;
  /** Of an executor's schema: executors whose targets it reads, all that the project has. */
  'x-reads'?: string[];
  /** Of an option: it names a target of the same project, whose options are read. */
  'x-target'?: true;
  /** `kept`: references to the environment in it are left to the executor, since what they stand for may be secret. */
  'x-references'?: 'kept';
  /** `whole`: one value in several parts, of which settings replace all or none. */
  'x-merge'?: 'whole';
  /** The field that says what kind of a thing it is: where settings say another kind, nothing is left of what was there. */
  'x-kind'?: string;
  [keyword: string]: unknown;
}

const packageRoot = join(import.meta.dirname, '../..');
const ownPackage = '@nx-kube/executors:';

/** This package's executors, in alphabetical order. */
export async function executorNames(): Promise<string[]> {
  return Object.keys(readExecutors()).sort();
}

/** The options' schema of one of this package's executors, or undefined for another package's. */
export async function executorSchema(executor: string): Promise<Schema | undefined> {
  if (!executor.startsWith(ownPackage)) return undefined;
  return schemaOf(executor.slice(ownPackage.length));
}

/** The same by the executor's name alone: `go-build`. */
export function schemaOf(name: string): Schema | undefined {
  const found = readExecutors()[name];
  return found && (readJson(found.schema) as Schema);
}

function readExecutors(): Record<string, { schema: string }> {
  return (readJson('executors.json') as { executors: Record<string, { schema: string }> }).executors;
}

/** Read once a process: files of an installed package do not change. */
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
 * The schema of a part of the options: nothing is required but inside of lists, which a settings file gives as a whole. References
 * to definitions are filled in. Pure.
 */
export function partialSchema(schema: Schema): Schema {
  return withoutReferences(schema, false);
}

/** The schema of all of the options: what is required is. References to definitions are filled in. Pure. */
export function wholeSchema(schema: Schema): Schema {
  return withoutReferences(schema, true);
}

function withoutReferences(schema: Schema, whole: boolean): Schema {
  const { definitions = {}, ...rest } = schema;
  // The editors' dialect is not one that validators know.
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
