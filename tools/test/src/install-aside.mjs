// @ts-check
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../../run/src/child.mjs';

/**
 * The folder for npm packages that tests use in a version other than the work tree's: outside of it, kept from run to
 * run.
 * @param {string} name what is in it, with the version
 */
export function folderAside(name) {
  const state = process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'nx-kube', name);
}

/**
 * Installs packages there.
 * @param {string} folder @param {string[]} packages as npm takes them
 */
export async function installAside(folder, packages) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  // A folder of this repository is installed as it would be from the registry: copied, with what `files` lists.
  const args = ['install', '--prefix', folder, '--install-links', ...quiet, ...packages];
  const what = `installing ${packages[0]}`;
  if ((await runChild('npm', args, { what })) !== 0) throw new Error(`${packages[0]} could not be installed`);
}
