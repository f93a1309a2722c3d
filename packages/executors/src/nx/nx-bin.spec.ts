import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nxBin } from './nx-bin.js';

let root: string;
beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-nx-bin-')))));
afterEach(() => rmSync(root, { recursive: true }));

/** As npm leaves it: with a package.json that says where its programs are. */
function install(folder: string): string {
  const nx = join(root, folder, 'node_modules/nx');
  mkdirSync(join(nx, 'dist/bin'), { recursive: true });
  writeFileSync(
    join(nx, 'package.json'),
    JSON.stringify({ name: 'nx', exports: { './bin/nx.js': './dist/bin/nx.js' } }),
  );
  writeFileSync(join(nx, 'dist/bin/nx.js'), '');
  return join(nx, 'dist/bin/nx.js');
}

describe('nxBin', () => {
  it('nxBin finds Nx in the workspace’s node_modules, or else in .nx/installation', () => {
    const ofRepositoryWithoutPackageJson = install('.nx/installation');
    expect(nxBin(root)).toBe(ofRepositoryWithoutPackageJson);
    const usual = install('.');
    expect(nxBin(root)).toBe(usual);
  });

  it('the error for a missing Nx names the searched folders and how to install Nx', () =>
    expect(() => nxBin(root)).toThrow(
      expect.objectContaining({
        message: `${root} and ${root}/.nx/installation have no package nx in node_modules.`,
        next: expect.stringContaining('npx @nx-kube/plugin init'),
      }),
    ));
});
