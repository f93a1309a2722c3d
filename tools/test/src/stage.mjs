// @ts-check
import { Interrupted } from '../../run/src/child.mjs';
import { sum } from './count.mjs';
import { readResult, resultKey, writeResult } from './result-cache.mjs';

/** @typedef {import('./count.mjs').Count} Count */

/**
 * @typedef {object} Stage
 * @property {string} id what it is called on the command line
 * @property {string} name
 * @property {() => Promise<Count | Count[]>} run
 * @property {{ inputs: string[], facts: string[] }} [decidedBy] files, as git's pathspecs, and facts that its outcome
 *   depends on and on nothing else; without it the stage always runs
 * @property {boolean} [again] run it also when it has passed with all of these as they are
 */

/** @typedef {{ root: string, cache: string | undefined, say: (line: string) => void }} Context */

/**
 * Runs a stage, or counts what it counted when everything that decides its outcome was as it is now. What keeps it from
 * being run to its end is a failure, too.
 * @param {Stage} stage @param {Context} context `cache` is the folder of results
 * @returns {Promise<Count>}
 */
export async function runStage({ id, name, run, decidedBy, again = false }, { root, cache, say }) {
  const key = () =>
    cache && decidedBy ? resultKey(root, { ...decidedBy, facts: [id, ...decidedBy.facts] }) : undefined;
  const before = key();
  const known = cache && before && !again ? readResult(cache, before) : undefined;
  if (known) {
    say(`\n▸ ${name} (from the cache): ${known.passed} passed`);
    return known;
  }
  say(`\n▸ ${name}`);
  try {
    const count = sum([await run()].flat());
    // Not what was edited while it ran.
    if (cache && before && count.failed === 0 && key() === before) writeResult(cache, before, count);
    return count;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    say(`${name}: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1 };
  }
}
