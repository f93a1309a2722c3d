import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import micromatch from 'micromatch';
import { glob } from 'tinyglobby';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { escapeFolders, escapeGlob } from './escape-glob.js';

const names = ['(web)', '{a,b}', '[id]', 'st*r', 'q?', '!bang', 'a|b', 'back\\slash', 'sp ace'];

describe('escapeGlob', () => {
  it.each(names)('the glob of the path %s matches only this path', (name) => {
    const matches = micromatch.matcher(escapeGlob(`x/${name}/y.go`), { dot: true });
    expect(matches(`x/${name}/y.go`)).toBe(true);
    for (const other of ['web', 'a', 'b', 'i', 'd', 'star', 'qx', 'bang'])
      expect(matches(`x/${other}/y.go`)).toBe(false);
  });
});

describe('escapeFolders', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-(glob)-')));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it.each(names)('a glob below the folder %s finds its files', async (name) => {
    mkdirSync(join(root, name, 'hack'), { recursive: true });
    writeFileSync(join(root, name, 'hack/a.yaml'), '');
    const pattern = escapeFolders(`${root}/${name}/hack/*.yaml`);
    expect(await glob(pattern, { absolute: true })).toEqual([`${root}/${name}/hack/a.yaml`]);
  });

  it.each(names)('a path that exists is no glob: %s', (name) => {
    writeFileSync(join(root, name), '');
    expect(escapeFolders(join(root, name))).toBe(escapeGlob(join(root, name)));
  });

  it('wildcards that are no names of folders stay', () =>
    expect(escapeFolders(`${root}/*/{a,b}/**/*.yaml`)).toBe(`${escapeGlob(root)}/*/{a,b}/**/*.yaml`));
});
