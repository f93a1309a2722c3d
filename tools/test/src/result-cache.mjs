// @ts-check
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** @typedef {import('./count.mjs').Count} Count */

/** How many results are kept: work trees and branches take turns. */
const RESULTS_KEPT = 100;

/** Outside of the work tree, which other clones have in common. */
export const resultFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nx-kube', 'test-results');

/**
 * A digest of all that decides how a stage ends: every file below `inputs` that git tracks or would, with its content,
 * and facts about the machine. Undefined where git does not know the files: then nothing is said about them.
 * @param {string} root of the work tree
 * @param {{ inputs: string[], facts: string[] }} stage
 * @returns {string | undefined}
 */
export function resultKey(root, { inputs, facts }) {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...inputs];
  const { stdout, status } = spawnSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) return undefined;
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const file of stdout.split('\0').filter(Boolean).sort()) {
    hash.update(`\0${file}\0`).update(contentOf(join(root, file)));
  }
  return hash.digest('hex');
}

/** @param {string} file */
function contentOf(file) {
  try {
    const entry = lstatSync(file);
    if (entry.isSymbolicLink()) return `link to ${readlinkSync(file)}`;
    return createHash('sha256').update(`${entry.mode}\0`).update(readFileSync(file)).digest('hex');
  } catch {
    return 'deleted';
  }
}

/**
 * What is known of a stage by that key: how many passed, for a failure is not kept.
 * @param {string} folder @param {string} key
 * @returns {Count | undefined}
 */
export function readResult(folder, key) {
  try {
    return JSON.parse(readFileSync(join(folder, key), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} folder @param {string} key @param {Count} count */
export function writeResult(folder, key, count) {
  mkdirSync(folder, { recursive: true });
  // Renamed when whole: another run may read it.
  writeFileSync(join(folder, `${key}.${process.pid}`), JSON.stringify(count));
  renameSync(join(folder, `${key}.${process.pid}`), join(folder, key));
  readdirSync(folder)
    .map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at)
    .slice(RESULTS_KEPT)
    .forEach(({ name }) => rmSync(join(folder, name), { force: true }));
}
