import { describe, expect, it } from 'vitest';
import { partialSchema, type Schema } from './schema.js';
import { validateSettings } from './validate.js';

const schema: Schema = {
  $schema: 'https://json-schema.org/schema',
  type: 'object',
  properties: {
    name: { type: 'string' },
    count: { type: 'integer', minimum: 1 },
    enabled: { type: 'boolean' },
    output: { type: 'string', enum: ['text', 'json'] },
    nested: {
      type: 'object',
      properties: { deep: { type: 'number' } },
      required: ['deep'],
      additionalProperties: false,
    },
    flags: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    things: {
      oneOf: [
        { type: 'array', items: { $ref: '#/definitions/thing' } },
        { type: 'object', additionalProperties: { type: 'object', if: true, then: { $ref: '#/definitions/thing' } } },
      ],
    },
  },
  required: ['name'],
  definitions: {
    thing: {
      type: 'object',
      properties: { path: { type: 'string' } },
      required: ['path'],
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

const mistakesIn = async (value: unknown) =>
  (await validateSettings(value, partialSchema(schema), { file: 'f.yaml', path: 'dev' })).map(
    ({ where, mistake, next }) => `${where} ${mistake} → ${next}`,
  );

describe('validateSettings', () => {
  it.each([
    {},
    { name: 'a', count: 2, enabled: true, output: 'json' },
    { nested: {} },
    { flags: 'a' },
    { flags: ['a', 'b'] },
    { things: [{ path: 'a' }] },
    { things: { a: {} } },
  ])('settings may be %j, a valid part of the options', async (value) => expect(await mistakesIn(value)).toEqual([]));

  it.each([
    [{ enable: true }, 'f.yaml: dev.enable is not known → Did you mean enabled?'],
    [{ nested: { deeep: 1 } }, 'f.yaml: dev.nested.deeep is not known → Did you mean deep?'],
    [{ things: { a: { paht: 'x' } } }, 'f.yaml: dev.things.a.paht is not known → Did you mean path?'],
    [{ name: 5 }, 'f.yaml: dev.name must be a string, not a number → Put it in quotes.'],
    [{ name: null }, 'f.yaml: dev.name must be a string, not empty → Put it in quotes.'],
    [
      { enabled: 'yes' },
      'f.yaml: dev.enabled must be a boolean, not a string → Write a boolean without quotes; references to the environment are text.',
    ],
    [{ nested: [1] }, 'f.yaml: dev.nested must be an object, not a list → Write an object.'],
    [{ count: 1.5 }, 'f.yaml: dev.count must be an integer, not a number → Write an integer.'],
    [{ count: 0 }, 'f.yaml: dev.count must be >= 1 → Correct it.'],
    [{ output: 'jsno' }, 'f.yaml: dev.output must be one of text, json → Did you mean json?'],
    [{ flags: 5 }, 'f.yaml: dev.flags must be a string or a list, not a number → Put it in quotes.'],
    [{ flags: [5] }, 'f.yaml: dev.flags[0] must be a string, not a number → Put it in quotes.'],
    [{ things: [{}] }, 'f.yaml: dev.things[0].path is missing → Add it.'],
    [{ things: { a: 5 } }, 'f.yaml: dev.things.a must be an object, not a number → Write an object.'],
    [5, 'f.yaml: dev must be an object, not a number → Write an object.'],
  ])('the mistake in %j is reported with file, key path and next step', async (value, message) =>
    expect(await mistakesIn(value)).toEqual([message]),
  );

  it('all mistakes are reported together, and values are never quoted', async () => {
    const lines = await mistakesIn({ nmae: 'hunter2hunter2', output: 'hunter2hunter2', count: 'hunter2hunter2' });
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain('hunter2');
  });
});
