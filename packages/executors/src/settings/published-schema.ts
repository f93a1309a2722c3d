import { isRecord } from './record.js';
import { executorNames, executorSchema, partialSchema, type Schema } from './schema.js';

/** Returns the schema of a settings file for editors. It knows targets by their inferred names only. */
export async function publishedSchema(): Promise<Schema> {
  const targets: [string, Schema][] = [];
  for (const name of await executorNames()) {
    const schema = await executorSchema(`@nx-kube/executors:${name}`);
    if (schema?.['x-settings']) targets.push([name, forEditors(partialSchema(schema))]);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Developer settings',
    description:
      'dev-settings.yaml or dev-settings.json, in a project or in the workspace root; ignored by git. Each key is the name of a target; its value overrides options of that target. Strings may refer to the environment: ${NAME} or ${NAME:-default}.',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'This schema, for editors.' },
      ...Object.fromEntries(targets),
    },
    additionalProperties: { type: 'object', description: 'Options of a target with another name.' },
  };
}

/** Keywords that only Nx and the executors read. */
const notForEditors = /^(x-.*|version|continuous|examplesFile|\$comment)$/;

function forEditors(schema: Schema): Schema {
  const entries = Object.entries(schema)
    .filter(([keyword]) => !notForEditors.test(keyword))
    .map(([keyword, value]) => [keyword, keyword === 'properties' ? eachOf(value) : nested(keyword, value)]);
  return Object.fromEntries(entries) as Schema;
}

function eachOf(schemas: unknown): unknown {
  return Object.fromEntries(
    Object.entries(schemas as Record<string, Schema>).map(([key, one]) => [key, forEditors(one)]),
  );
}

function nested(keyword: string, value: unknown): unknown {
  if (['oneOf', 'anyOf', 'allOf'].includes(keyword)) return (value as Schema[]).map(forEditors);
  const isSchema = ['items', 'additionalProperties', 'then'].includes(keyword) && isRecord(value);
  return isSchema ? forEditors(value as Schema) : value;
}
