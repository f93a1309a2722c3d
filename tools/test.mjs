// @ts-check
/**
 * `npm test`: sets the checkout up and runs every check and test there is. The last line says how many passed.
 * `npm test -- lint unit` runs only the stages named.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { embeddedClusterDown, embeddedClusterUp } from './embedded-cluster.mjs';
import { bin, run, setUp, step } from './set-up.mjs';
import { sum } from './test/count.mjs';
import { check, goCheck, goTest, otherNode, vitest } from './test/steps.mjs';

setUp();
if (spawnSync('cc', ['--version']).error && existsSync('/usr/bin/apt-get')) {
  step('Installing a C compiler, which the race detector needs');
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '--no-install-recommends', 'gcc', 'libc6-dev']);
}

const goModules = ['packages/agent', 'examples/shared', 'examples/ocm-controller', 'examples/greeter-controller'];

/** @type {[string, string, () => import('./test/count.mjs').Count | import('./test/count.mjs').Count[]][]} */
const stages = [
  [
    'lint',
    'Lint and types',
    () => [
      check(process.execPath, [bin('eslint', 'bin/eslint.js'), '.']),
      check(process.execPath, [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.']),
      ...['e2e', 'tools/bench', 'tools/docs', 'tools/lint', 'tools/local-cluster'].map((folder) =>
        check(process.execPath, [bin('typescript', 'bin/tsc'), '-p', folder]),
      ),
      check(process.execPath, ['tools/docs/generate.mjs', '--check']),
      check(process.execPath, ['tools/docs/generate-settings-schema.mjs', '--check']),
      ...goModules.map((module) => goCheck(module)),
    ],
  ],
  ['unit', 'Unit tests', () => vitest([])],
  ['unit-node-24', 'Unit tests on Node 24', () => vitest([], { node: otherNode('24.9.0') })],
  [
    'go',
    'Go tests',
    () => [
      goTest('packages/agent', { race: true }),
      ...goModules.filter((module) => module !== 'packages/agent').map((module) => goTest(module)),
    ],
  ],
  ['cluster', 'Tests in a real cluster', inCluster],
];

const named = process.argv.slice(2);
const unknown = named.filter((id) => !stages.some(([known]) => known === id));
if (unknown.length) {
  console.error(`no such stage: ${unknown.join(', ')}\n  → Use ${stages.map(([id]) => id).join(', ')}.`);
  process.exit(1);
}
const counts = stages
  .filter(([id]) => !named.length || named.includes(id))
  .map(([, name, stage]) => {
    step(name);
    return sum([stage()].flat());
  });
const { passed, failed } = sum(counts);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : (process.exitCode ?? 0));

/** @returns {import('./test/count.mjs').Count[]} */
function inCluster() {
  const env = embeddedClusterUp();
  if (!env) return [{ passed: 0, failed: 1 }];
  let count;
  try {
    count = vitest(['--config', 'e2e/vitest.config.ts'], { env });
  } finally {
    if (!embeddedClusterDown()) process.exitCode = 1;
  }
  return [count];
}
