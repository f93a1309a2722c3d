import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { publishedSchema } from './published-schema.js';

const published = async () => await publishedSchema();

describe('publishedSchema', () => {
  it('the settings schema in the package is current: tools/docs/generate-settings-schema.mjs makes it', async () => {
    const path = join(import.meta.dirname, '../../dev-settings.schema.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(await published());
  });

  it('the settings schema is standard JSON schema without references, and describes every option', async () => {
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

  it('the settings schema has no executor whose output Nx caches', async () =>
    expect(Object.keys((await published()).properties!)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(go-build|kustomize-build|image-build|generate)$/)]),
    ));
});
