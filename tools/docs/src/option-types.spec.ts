import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filledType, generateTypes, typesOf } from './option-types.mjs';

describe('typesOf', () => {
  const typesOfOption = async (option: object) =>
    (await typesOf({ properties: { option }, type: 'object' }, 'T')).trim();

  it('the comment of an option holds its description and its default', async () => {
    expect(await typesOfOption({ type: 'string', title: 'Name', description: 'What it is.', default: 'a' })).toContain(
      '/** What it is. Default: `"a"`. */\noption?: string',
    );
    expect(await typesOfOption({ type: 'number', description: 'A number.', 'x-default': 'the newest' })).toContain(
      '/** A number. Default: the newest. */\noption?: number',
    );
  });

  it('a long comment is wrapped', async () => {
    const lines = (await typesOfOption({ type: 'string', description: 'word '.repeat(60).trim() })).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(lines.join(' ').match(/word/g)).toHaveLength(60);
  });

  it('an option with a title gets no type of its own', async () => {
    const port = { type: 'number', title: 'Port' };
    const forwards = { type: 'array', title: 'Forwards', items: { type: 'object', properties: { port }, required: ['port'] } };
    const types = await typesOfOption(forwards);
    expect(types.match(/export/g)).toHaveLength(1);
    expect(types.replace(/\s+/g, ' ')).toContain('option?: { port: number }[]');
  }); // prettier-ignore

  it('a condition that always holds counts as what follows from it', async () => {
    const entry = { type: 'object', if: true, then: { type: 'object', properties: { kind: { enum: ['a'] } } } };
    expect(await typesOfOption({ type: 'array', items: entry })).toContain('kind?: "a"');
  });
});

describe('filledType', () => {
  it('an option with a default is required in the filled type, and no other one', () => {
    const properties = { a: { default: false }, b: {}, 'c-d': { default: [] } };
    expect(filledType({ properties }, 'T')).toContain('export type FilledT = T & Required<Pick<T, "a" | "c-d">>;');
    expect(filledType({ properties: { b: {} } }, 'T')).toContain('export type FilledT = T;');
  });
});

describe('generateTypes', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'nx-kube-types-'));
    const schema = { type: 'object', properties: { how: { type: 'string', default: 'well' } } };
    await write('packages/y/package.json', { name: '@x/y' });
    await write('packages/y/executors.json', {
      executors: { 'do-it': { schema: './src/executors/control/do-it/schema.json' } },
    });
    await write('packages/y/src/executors/control/do-it/schema.json', schema);
    await write('packages/z/package.json', { name: '@x/z' });
    await write('packages/z/generators.json', { generators: { init: { schema: './src/init/schema.json' } } });
    await write('packages/z/src/init/schema.json', schema);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function write(path: string, content: object): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), JSON.stringify(content));
  }
  const read = (path: string) => readFile(join(root, path), 'utf8');

  it('each executor and generator gets its types beside its schema, and the executors a list of them', async () => {
    expect(await generateTypes(root, { check: false })).toMatchObject({ ok: true });
    const types = await read('packages/y/src/executors/control/do-it/schema.d.ts');
    expect(types).toContain('export interface DoItOptions {');
    expect(types).toContain('export type FilledDoItOptions =');
    expect(await read('packages/z/src/init/schema.d.ts')).toContain('export interface InitGeneratorSchema {');
    const list = await read('packages/y/src/executors/option-types.d.ts');
    expect(list).toMatch(/from ["']\.\/control\/do-it\/schema\.js["'];/);
    expect(list).toMatch(/["']do-it["']: \{ given: DoItOptions; filled: FilledDoItOptions \};/);
    expect(await generateTypes(root, { check: true })).toEqual({ ok: true, lines: [] });
  });

  it('the check names types that a changed schema has made stale, and writes nothing', async () => {
    await generateTypes(root, { check: false });
    await write('packages/z/src/init/schema.json', { type: 'object', properties: { other: { type: 'string' } } });
    const stale = { ok: false, lines: ['packages/z/src/init/schema.d.ts is stale', 'Run: npm run docs'] };
    expect(await generateTypes(root, { check: true })).toEqual(stale);
    expect(await generateTypes(root, { check: true })).toEqual(stale);
  });
});
