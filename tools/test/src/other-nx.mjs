// @ts-check
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../set-up.mjs';
import { folderAside, installAside } from './install-aside.mjs';

const own = ['agent', 'cluster', 'executors', 'plugin'];

/**
 * Another Nx, with this repository's packages beside it as they are built now, so that they load what belongs to that
 * Nx.
 * @param {string} version
 * @returns {Promise<string>} its node_modules
 */
export async function otherNx(version) {
  const folder = folderAside(`nx-${version}`);
  const modules = join(folder, 'node_modules');
  // npm takes what has the same version for the same.
  rmSync(join(modules, '@nx-kube'), { recursive: true, force: true });
  const packages = own.map((name) => join(root, 'packages', name));
  await installAside(folder, [`nx@${version}`, `@nx/devkit@${version}`, ...packages]);
  return modules;
}
