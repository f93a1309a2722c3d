import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watch, type Edit } from '../watch/watch.js';
import type { FileInputs } from './stale-targets.js';
import { watched } from './watched.js';

describe('watched', () => {
  let folder: string;
  let root: string;
  let stop: AbortController;
  let next: () => Promise<string[]>;
  const write = (path: string, text = '') => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const start = (...inputs: FileInputs[]) => {
    const edits: Edit[] = [];
    let wake = () => {};
    next = async () => {
      while (!edits.length) await new Promise<void>((resolve) => (wake = resolve));
      return edits.shift()!.files;
    };
    return watch({
      ...{ workspaceRoot: root, ...watched(root, inputs), quietMs: 300, signal: stop.signal },
      onEdit: (edit) => {
        edits.push(edit);
        wake();
      },
    });
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'watched-')));
    root = join(folder, 'ws');
    mkdirSync(root);
    stop = new AbortController();
    write('.gitignore', '.env\nbin/\ngen/\ndist/\n');
  });
  afterEach(() => {
    stop.abort();
    rmSync(folder, { recursive: true, force: true });
  });

  const go = {
    include: ['a/**/*.go'],
    exclude: [],
    always: [
      { include: ['a/**/*.go'], exclude: ['a/**/_*/**', 'a/**/.*/**', 'a/**/node_modules/**'] },
      { include: ['a/web/dist', 'a/web/dist/**/*'], exclude: [] },
      { include: ['../lib/**/*.go'], exclude: [] },
    ],
  };

  it('ignored files are reported where a target always reads them, and no others', async () => {
    write('a/config/.env');
    write('a/config/other/.env');
    await start({ include: ['a/config/**/*'], exclude: [], always: [{ include: ['a/config/.env'], exclude: [] }] });
    write('a/config/other/.env', 'x');
    write('a/config/.env', 'x');
    expect(await next()).toEqual(['a/config/.env']);
  });

  it('a file that does not exist yet is reported when it is made', async () => {
    write('a/config/x.yaml');
    await start({ include: ['a/config/**/*'], exclude: [], always: [{ include: ['a/config/.env'], exclude: [] }] });
    write('a/config/.env', 'x');
    expect(await next()).toEqual(['a/config/.env']);
  });

  it('Go code in ignored folders, embedded folders and code outside of the workspace are reported', async () => {
    for (const path of [
      'a/bin/m',
      'a/gen/x.go',
      'a/_old/x.go',
      'a/node_modules/x/x.go',
      'a/web/dist/_app/x.js',
      '../lib/deep/x.go',
    ])
      write(path);
    await start(go);
    for (const path of [
      'a/bin/m',
      'a/gen/x.go',
      'a/gen/x.txt',
      'a/_old/bin/x.go',
      'a/node_modules/x/x.go',
      'a/web/dist/_app/x.js',
      '../lib/deep/x.go',
      '../lib/deep/x.md',
    ])
      write(path, 'x');
    expect(await next()).toEqual(['../lib/deep/x.go', 'a/gen/x.go', 'a/web/dist/_app/x.js']);
    write('a/gen/new/y.go', 'x');
    expect(await next()).toEqual(['a/gen/new/y.go']);
  });

  it('folders whose names are special in globs are watched', async () => {
    const names = ['(web)', '{x}', '[id]', 'st*r', 'q?', '!bang', 'sp ace'];
    for (const name of names) write(`${name}/a.go`);
    const escaped = names.map((name) => `${name.replace(/[()[\]{}*?!]/g, '\\$&')}/**/*.go`);
    await start({ include: escaped, exclude: [] });
    for (const name of names) write(`${name}/a.go`, 'x');
    expect((await next()).length).toBe(names.length);
  });
});
