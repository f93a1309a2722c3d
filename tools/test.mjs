// @ts-check
/**
 * `npm test`: sets the checkout up and runs every check and test there is. The last line says how many passed.
 * `npm test -- lint unit` runs only the stages named. A stage that passed with the same files is not run again, but for the
 * cluster's in CI; `npm test -- --no-cache` runs it nevertheless.
 */
import { execFileSync } from 'node:child_process';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { embeddedClusterDown, embeddedClusterRuns, embeddedClusterUp } from './embedded-cluster.mjs';
import { Interrupted, passInterruptionsOn } from './run/src/child.mjs';
import { bin, root, setUp } from './set-up.mjs';
import { sum } from './test/src/count.mjs';
import { inCluster } from './test/src/in-cluster.mjs';
import { otherNx } from './test/src/other-nx.mjs';
import { resultFolder } from './test/src/result-cache.mjs';
import { runStage } from './test/src/stage.mjs';
import { check, ensureCompiler, goCheck, goTest, otherNode, testTools, vitest } from './test/src/steps.mjs';

/** The unit tests run under it, too. */
const NEWER_NODE = '24.9.0';
/** The older of the two that the packages are for; the other is the one that everything else runs in. */
const OLDER_NX = '23.2.1';

const examples = ['examples/shared', 'examples/ocm-controller', 'examples/greeter-controller'];
/** @type {import('./test/src/steps.mjs').GoModule[]} */
const goModules = [
  { folder: 'packages/agent', race: true },
  ...examples.map((folder) => ({ folder })),
  // Not the module's other packages: they import Kubernetes, which takes minutes to compile.
  { folder: 'tools/local-cluster/kube', packages: ['./certificates', './forward', './image'] },
  { folder: 'tools/bench/live-update' },
];
const typed = [
  'e2e',
  'packages/testing',
  ...['cluster', 'executors', 'plugin'].map((name) => `packages/${name}/tsconfig.spec.json`),
  ...['bench', 'docs', 'lint', 'local-cluster', 'release', 'run', 'start', 'test'].map((name) => `tools/${name}`),
];

const node = [process.platform, process.arch, process.version];
const everything = { inputs: ['.'], facts: [...node, goVersion()] };
const goSources = goModules.map(({ folder }) => folder);

/** @type {import('./test/src/stage.mjs').Stage[]} */
const stages = [
  {
    id: 'lint',
    name: 'Lint and types',
    decidedBy: everything,
    run: () =>
      eachInTurn([
        () => check(process.execPath, [bin('eslint', 'bin/eslint.js'), '.']),
        () => check(process.execPath, [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.']),
        ...typed.map((folder) => () => check(process.execPath, [bin('typescript', 'bin/tsc'), '-p', folder])),
        () => check(process.execPath, ['tools/docs/generate.mjs', '--check']),
        () => check(process.execPath, ['tools/docs/generate-settings-schema.mjs', '--check']),
        ...goModules.map((module) => () => goCheck(module)),
      ]),
  },
  {
    id: 'unit',
    name: 'Unit tests',
    decidedBy: everything,
    run: () => eachInTurn([testTools, () => vitest([])]),
  },
  {
    id: 'unit-node-24',
    name: 'Unit tests on Node 24',
    decidedBy: { ...everything, facts: [...everything.facts, NEWER_NODE] },
    run: () => eachInTurn([testTools, async () => vitest([], { node: await otherNode(NEWER_NODE) })]),
  },
  {
    id: 'nx-23',
    name: 'The plugin in Nx 23',
    decidedBy: { ...everything, facts: [...everything.facts, OLDER_NX] },
    run: async () => {
      const env = { NX_KUBE_TEST_NX: await otherNx(OLDER_NX) };
      return vitest(['in-nx.spec.ts'], { env });
    },
  },
  {
    id: 'go',
    name: 'Go tests',
    decidedBy: { inputs: [...goSources, 'tools/run', 'tools/test', 'tools/test.mjs'], facts: [...node, goVersion()] },
    run: async () => {
      await ensureCompiler();
      return eachInTurn(goModules.map((module) => () => goTest(module)));
    },
  },
  {
    id: 'cluster',
    name: 'Tests in a real cluster',
    decidedBy: { ...everything, facts: [...everything.facts, release()] },
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
const { named, useCache } = commandLine();
const counts = [];
try {
  await setUp();
  const context = { root, cache: useCache ? resultFolder : undefined, say: console.log };
  for (const stage of stages)
    if (!named.length || named.includes(stage.id)) counts.push(await runStage(stage, context));
} catch (error) {
  if (error instanceof Interrupted) {
    console.error(`\n${error.message}: no count, for not every test has run`);
    process.exit(error.exitCode);
  }
  console.error(error instanceof Error ? error.message : error);
  counts.push({ passed: 0, failed: 1 });
}
const { passed, failed } = sum(counts);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

function commandLine() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      allowNegative: true,
      options: { cache: { type: 'boolean', default: true } },
    });
    const unknown = positionals.filter((id) => !stages.some((stage) => stage.id === id));
    if (unknown.length) throw new Error(`no such stage: ${unknown.join(', ')}`);
    return { named: positionals, useCache: values.cache };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`  → Use ${stages.map(({ id }) => id).join(', ')}, and --no-cache to run what has passed already.`);
    process.exit(1);
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
