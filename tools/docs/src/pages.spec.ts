import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gaps, page } from './page.mjs';
import { generate } from './pages.mjs';
import { findSubjects } from './subjects.mjs';

const schema = {
  title: 'Do it',
  description: 'Does what is to be done.',
  required: ['what'],
  properties: {
    what: { type: 'string', title: 'What', description: 'What to do.', examples: ['this'], $default: { $source: 'argv' } },
    how: { type: 'array', items: { type: 'string' }, title: 'How', description: 'In which way.', default: [], examples: [['a', 'b'], []] },
    flags: { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], title: 'Flags', description: 'More.', default: '', examples: ['-x'] },
    env: { type: 'object', additionalProperties: { type: 'string' }, title: 'Env', description: 'Variables.', default: {}, examples: [{ A: 'b' }] },
    arch: { type: 'string', enum: ['a', 'b'], title: 'Arch', description: 'For what.', 'x-default': "this machine's", examples: ['a'] },
    other: { type: 'boolean', title: 'Other', description: 'Or not.', default: false, examples: [true] },
  },
}; // prettier-ignore

describe('page', () => {
  const subject = {
    kind: 'executor',
    name: 'do',
    packageName: '@x/y',
    schemaPath: 'packages/y/schema.json',
    schema,
  } as const;
  const text = page({ ...subject, example: 'Like this.' });

  it('a page holds everything that the schema states about each option', () => {
    expect(text).toContain(
      '# do\n\n**Do it**: the executor `@x/y:do`.\n\nDoes what is to be done.\n\n## Example\n\nLike this.',
    );
    expect(text).toContain(
      '### `what`\n\nWhat to do.\n\n- Type: string\n- Required\n- On a command line it may be given without its name\n- Example: `this`',
    );
    expect(text).toContain('### `how`\n\nHow. In which way.\n\n- Type');
    expect(text).toContain('- Type: list of string\n- Default: `[]`\n- Examples: `["a","b"]`, `[]`');
    expect(text).toContain('- Type: string, or list of string\n- Default: none\n');
    expect(text).toContain('- Type: map of names to string\n- Default: `{}`\n- Example: `{"A":"b"}`');
    expect(text).toContain("- Type: one of `a`, `b`\n- Default: this machine's");
    expect(text).toContain('- Type: boolean\n- Default: `false`\n- Example: `true`');
  });

  it('a page describes the options within an option in the same way', () => {
    const port = { type: 'number', title: 'Port', description: 'In the pod, or | out.', examples: [80] };
    const host = { enum: ['a'], title: 'Host', description: 'Where.', default: 'a' };
    const forwards = { type: 'array', items: { properties: { port, host }, required: ['port'] }, title: 'Forwards', description: 'Some.' }; // prettier-ignore
    expect(page({ ...subject, schema: { properties: { forwards } } })).toContain(
      [
        '| option | what it is | type | default | examples |',
        '| --- | --- | --- | --- | --- |',
        '| `forwards[].port` | Port. In the pod, or \\| out. | number | required | `80` |',
        '| `forwards[].host` | Host. Where. | one of `a` | `a` |  |',
      ].join('\n'),
    );
  });

  it('a page needs neither options nor an example', () => {
    const bare = page({ ...subject, schema: { title: 't', description: 'd' } });
    expect(bare).toMatch(/## Options\n\nNone\.$/);
    expect(bare).not.toContain('Example');
  });
});

describe('generate', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'nx-kube-docs-'));
    await write('packages/y/package.json', { name: '@x/y' });
    await write('packages/y/executors.json', {
      executors: { do: { schema: './src/do/schema.json', description: 'Do.' }, other: '@z/z:other', old: { schema: './src/do/schema.json', hidden: true } },
    }); // prettier-ignore
    await write('packages/y/src/do/schema.json', schema);
    await write('packages/y/src/do/docs.md', 'Like this.');
    await write('packages/z/package.json', { name: '@x/z' });
    await write('packages/z/generators.json', { generators: { init: { schema: './schema.json' } } });
    await write('packages/z/schema.json', { ...schema, properties: {} });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function write(path: string, content: object | string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }

  it('each published executor and generator gets a page, and a list names them all', async () => {
    expect(await generate(root, { check: false })).toMatchObject({ ok: true });
    expect((await readdir(join(root, 'docs/executors'))).sort()).toEqual(['README.md', 'do.md']);
    expect((await readdir(join(root, 'docs/generators'))).sort()).toEqual(['README.md', 'init.md']);
    expect(await readFile(join(root, 'docs/executors/README.md'), 'utf8')).toContain('[do](./do.md)');
    expect(await generate(root, { check: true })).toEqual({ ok: true, lines: [] });
  });

  it('a hand-written page beside its code is published, too', async () => {
    await write('packages/executors/src/settings/docs.md', '# Settings');
    await generate(root, { check: false });
    expect(await readFile(join(root, 'docs/dev-settings.md'), 'utf8')).toBe(
      '<!-- Generated by `npm run docs` from packages/executors/src/settings/docs.md: change it there. -->\n\n# Settings\n',
    );
    await write('packages/executors/src/settings/docs.md', '# Other settings');
    expect(await generate(root, { check: true })).toMatchObject({
      lines: ['docs/dev-settings.md is stale', 'Run: npm run docs'],
    });
  });

  it('the check names missing, stale and left-over pages', async () => {
    await generate(root, { check: false });
    await rm(join(root, 'docs/executors/do.md'));
    await write('packages/z/schema.json', { ...schema, title: 'Another', properties: {} });
    await write('docs/executors/gone.md', await readFile(join(root, 'docs/generators/init.md'), 'utf8'));
    await write('docs/executors/by-hand.md', '# By hand');
    expect(await generate(root, { check: true })).toEqual({
      ok: false,
      lines: [
        'docs/executors/do.md is stale',
        'docs/generators/init.md is stale',
        'docs/executors/gone.md is stale',
        'Run: npm run docs',
      ],
    });
    await generate(root, { check: false });
    expect((await readdir(join(root, 'docs/executors'))).sort()).toEqual(['README.md', 'by-hand.md', 'do.md']);
  });

  it('a schema without descriptions is reported for each gap', async () => {
    await write('packages/z/schema.json', { title: 't', properties: { a: { type: 'string' } } });
    await generate(root, { check: false });
    expect(await generate(root, { check: true })).toEqual({
      ok: false,
      lines: [
        'packages/z/schema.json: no description',
        'packages/z/schema.json: option a has no title',
        'packages/z/schema.json: option a has no description',
        'packages/z/schema.json: option a has no examples',
      ],
    });
  });

  it('an incomplete option within an option is reported at any depth', async () => {
    const said = { title: 'T', description: 'D.', examples: ['e'] };
    const thing = { properties: { kind: { enum: ['a'], title: 'T', description: 'D.' }, size: { title: 'T' } } };
    const a = {
      ...said,
      oneOf: [
        { type: 'array', items: { if: true, then: { $ref: '#/definitions/thing' } } },
        { type: 'object', additionalProperties: { $ref: '#/definitions/thing' } },
        { properties: { deep: { ...said, properties: { deeper: {} } } } },
      ],
    };
    await write('packages/z/schema.json', { ...schema, properties: { a }, definitions: { thing } });
    await generate(root, { check: false });
    expect((await generate(root, { check: true })).lines).toEqual([
      'packages/z/schema.json: option a[].size has no description',
      'packages/z/schema.json: option a[].size has no examples',
      'packages/z/schema.json: option a.deep.deeper has no title',
      'packages/z/schema.json: option a.deep.deeper has no description',
      'packages/z/schema.json: option a.deep.deeper has no examples',
    ]);
  });

  it('a missing schema is an error that names it', async () => {
    await rm(join(root, 'packages/z/schema.json'));
    await expect(generate(root, { check: true })).rejects.toThrow('generators.json: init names ./schema.json');
  });
});

describe('generated pages', () => {
  it('the schemas of this workspace describe everything that their pages need', async () =>
    expect((await findSubjects(join(import.meta.dirname, '../../..'))).flatMap(gaps)).toEqual([]));
});
