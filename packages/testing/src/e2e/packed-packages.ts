import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { repository } from './workspace.js';

/** The published packages, without their scope. */
export const packageNames = ['plugin', 'executors', 'cluster', 'agent'];

/** A packed package of this repository. */
export interface PackedPackage {
  /** With scope: `@nx-kube/plugin`. */
  name: string;
  version: string;
  /** Absolute path of the tarball. */
  tarball: string;
  /** Paths of its files. */
  files: string[];
}

/** Packs the published packages into a temporary folder. @returns the packages, and a function that removes them */
export async function packPackages(): Promise<{ packages: PackedPackage[]; remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'nx-kube-packed-'));
  const { stdout } = await execa(
    'npm',
    // Without scripts: packing for a release first builds the packers of all platforms, which takes a minute or more.
    [
      'pack',
      '--json',
      '--ignore-scripts',
      `--pack-destination=${folder}`,
      ...packageNames.map((name) => `./packages/${name}`),
    ],
    { cwd: repository },
  );
  const packs = JSON.parse(stdout) as { name: string; version: string; filename: string; files: { path: string }[] }[];
  return {
    packages: packs.map(({ name, version, filename, files }) => ({
      ...{ name, version, tarball: join(folder, filename) },
      files: files.map(({ path }) => path),
    })),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
