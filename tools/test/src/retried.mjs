// @ts-check
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Path of the reporter that finds the tests. */
export const retriedReporter = new URL('./retried-reporter.mjs', import.meta.url).pathname;

/**
 * Collects the tests of all runs below `work` that passed only on a retry.
 * @template T
 * @param {() => Promise<T>} work
 * @param {NodeJS.ProcessEnv} env environment that the runs inherit
 * @returns {Promise<{ result: T, retried: string[] }>} what `work` returns, and the names of the tests
 */
export async function collectRetried(work, env = process.env) {
  const folder = mkdtempSync(join(tmpdir(), 'nx-kube-retried-'));
  const file = join(folder, 'tests');
  env.NX_KUBE_TEST_RETRIED = file;
  try {
    const result = await work();
    return { result, retried: existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [] };
  } finally {
    delete env.NX_KUBE_TEST_RETRIED;
    rmSync(folder, { recursive: true, force: true });
  }
}
