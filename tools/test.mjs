// @ts-check
/**
 * `npm test`: sets the checkout up and runs every check and test there is. The last line says how many passed.
 * `npm test -- lint unit` runs only these stages. Nx restores what passed before with the same inputs;
 * `npm test -- --no-cache` runs everything again. This script keeps what Nx cannot do: the count over all runs, and the
 * lifetime of the embedded cluster.
 */
import { execFileSync } from 'node:child_process';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { embeddedClusterDown, embeddedClusterRuns, embeddedClusterUp } from './embedded-cluster.mjs';
import { Interrupted, passInterruptionsOn } from './run/src/child.mjs';
import { exit } from './run/src/exit.mjs';
import { root, setUp } from './set-up.mjs';
import { sum } from './test/src/count.mjs';
import { inCluster } from './test/src/in-cluster.mjs';
import { resultFolder } from './test/src/result-cache.mjs';
import { collectRetried } from './test/src/retried.mjs';
import { runStage } from './test/src/stage.mjs';
import { ensureCompiler, testTools, vitest } from './test/src/steps.mjs';
import { runTargets } from './test/src/target.mjs';

/** The unit tests run under it, too. */
const NEWER_NODE = '24.9.0';

const ids = ['lint', 'typecheck', 'unit', 'unit-node-24', 'nx-23', 'go', 'cluster'];
const { named, useCache } = await commandLine();
/** Facts that decide how the cluster stage ends, beside all files. */
const everything = { inputs: ['.'], facts: [process.platform, process.arch, process.version, goVersion(), release()] };

/** @type {import('./test/src/stage.mjs').Stage[]} */
const stages = [
  {
    id: 'lint',
    name: 'Lint, format and generated files',
    run: () => runTargets(['lint', 'check-format', 'check-docs', 'check-settings-schema'], { parallel: 2, useCache }),
  },
  { id: 'typecheck', name: 'Types', run: () => runTargets(['typecheck'], { parallel: 2, useCache }) },
  { id: 'unit', name: 'Unit tests', run: () => runTargets(['test'], { useCache }) },
  {
    id: 'unit-node-24',
    name: 'Unit tests on Node 24',
    run: () => runTargets(['test'], { useCache, env: { NX_KUBE_TEST_NODE: NEWER_NODE } }),
  },
  { id: 'nx-23', name: 'The plugin in Nx 23', run: () => runTargets(['test-nx-23'], { useCache }) },
  {
    id: 'go',
    name: 'Go tests',
    run: async () => {
      await ensureCompiler();
      return runTargets(['go-test'], { useCache });
    },
  },
  {
    id: 'cluster',
    name: 'Tests in a real cluster',
    // Nx reports a cache hit only when it runs a target. The cluster must be up by then, so this stage has a cache of
    // its own.
    decidedBy: everything,
    // What a cluster does also depends on the moment.
    again: Boolean(process.env.CI),
    run: () =>
      inCluster(
        { runs: embeddedClusterRuns, up: embeddedClusterUp, down: embeddedClusterDown },
        async (env) => sum(await eachInTurn([testTools, () => vitest(['--config', 'e2e/vitest.config.ts'], { env })])),
        { ci: Boolean(process.env.CI), say: console.log },
      ),
  },
];

passInterruptionsOn();
const counts = [];
try {
  await setUp();
  const context = { root, cache: useCache ? resultFolder : undefined, say: console.log };
  const { retried } = await collectRetried(async () => {
    for (const stage of stages)
      if (!named.length || named.includes(stage.id)) counts.push(await runStage(stage, context));
  });
  if (retried.length) console.log(`\nPassed only on a retry:\n${retried.map((name) => `  ${name}\n`).join('')}`);
} catch (error) {
  if (error instanceof Interrupted) {
    console.error(`\n${error.message}: no count, for not every test has run`);
    await exit(error.exitCode);
  }
  console.error(error instanceof Error ? error.message : error);
  counts.push({ passed: 0, failed: 1 });
}
const { passed, failed } = sum(counts);
console.log(`\n${passed} passed, ${failed} failed`);
await exit(failed ? 1 : 0);

async function commandLine() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      allowNegative: true,
      options: { cache: { type: 'boolean', default: true } },
    });
    const unknown = positionals.filter((id) => !ids.includes(id));
    if (unknown.length) throw new Error(`no such stage: ${unknown.join(', ')}`);
    return { named: positionals, useCache: values.cache };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`  → Use ${ids.join(', ')}, and --no-cache to run what has passed already.`);
    return exit(1);
  }
}

/**
 * @param {(() => Promise<import('./test/src/count.mjs').Count>)[]} steps
 * @returns {Promise<import('./test/src/count.mjs').Count[]>}
 */
async function eachInTurn(steps) {
  const counts = [];
  for (const run of steps) counts.push(await run());
  return counts;
}

/** Empty without Go, of which the tests that need it will tell. */
function goVersion() {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
