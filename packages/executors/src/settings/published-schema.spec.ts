import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { publishedSchema } from './published-schema.js';

const published = async () => await publishedSchema();

it('the schema in the package is the one that the executors’ schemas make (tools/docs/generate-settings-schema.mjs)', async () => {
  const path = join(import.meta.dirname, '../../dev-settings.schema.json');
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(await published());
});

it('is for editors: standard, complete in itself, with a description of every option', async () => {
  const schema = await published();
  expect(new Ajv({ strict: false }).validateSchema(schema)).toBe(true);
  expect(JSON.stringify(schema)).not.toMatch(/"\$ref"|"x-|"\$comment"/);
  const targets = Object.entries(schema.properties!).filter(([name]) => name !== '$schema');
  expect(targets.map(([name]) => name)).toContain('secrets');
  for (const [, target] of targets) {
    for (const [option, { description }] of Object.entries(target.properties!))
      expect([option, description]).toEqual([option, expect.any(String)]);
  }
});

it('has no executor whose output Nx caches', async () =>
  expect(Object.keys((await published()).properties!)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(go-build|kustomize-build|image-build|generate)$/)]),
  ));
