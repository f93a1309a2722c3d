// @ts-check
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Interrupted, passInterruptionsOn, runChild } from '../../run/src/child.mjs';
import { bin, nxEnvironment, root } from '../../set-up.mjs';
import { sum } from './count.mjs';

/** @typedef {import('./count.mjs').Count} Count */

/** One file per target that ran, by project. It is the target's output, so Nx restores it with a cached result. */
const counts = join(root, 'dist', 'counts');

/**
 * The body of an Nx target: counts, writes the count where `npm test` reads it, and fails if anything failed.
 * @param {() => Promise<Count>} run
 */
export async function runTarget(run) {
  passInterruptionsOn({ sharedGroup: true });
  try {
    const count = await run();
    writeCount(counts, process.env, count);
    process.exitCode = count.failed ? 1 : 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
  }
}

/**
 * Runs targets of all projects that have them.
 * @param {string[]} targets
 * @param {{ parallel?: number, useCache?: boolean, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Count>} what these targets counted, in this run or in the one that filled the cache
 */
export async function runTargets(targets, { parallel = 1, useCache = true, env = {} } = {}) {
  rmSync(counts, { recursive: true, force: true });
  const args = ['run-many', `--targets=${targets.join(',')}`, `--parallel=${parallel}`, '--outputStyle=stream'];
  const status = await runChild(
    process.execPath,
    [bin('nx', 'dist/bin/nx.js'), ...args, ...(useCache ? [] : ['--skip-nx-cache'])],
    // Without a pseudo-terminal all processes stay in one group, which a signal reaches as a whole.
    {
      what: `running ${targets.join(', ')}`,
      cwd: root,
      env: { ...nxEnvironment(), NX_NATIVE_COMMAND_RUNNER: 'false', ...env },
    },
  );
  const count = sum(readCounts(counts));
  return status !== 0 && !count.failed ? { ...count, failed: 1 } : count;
}

/**
 * Writes the count of the target that Nx runs in this process. Without Nx there is no target.
 * @param {string} folder @param {NodeJS.ProcessEnv} env @param {Count} count
 */
export function writeCount(folder, { NX_TASK_TARGET_PROJECT: project, NX_TASK_TARGET_TARGET: target }, count) {
  if (!project || !target) return;
  const file = join(folder, project, `${target}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(count));
}

/** @param {string} folder @returns {Count[]} one for each target; none if no target wrote one */
export function readCounts(folder) {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  } catch {
    return [];
  }
}
