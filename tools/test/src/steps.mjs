// @ts-check
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { APT_ENVIRONMENT, installPackages } from '../../run/src/apt-get.mjs';
import { runChild } from '../../run/src/child.mjs';
import { bin, nxEnvironment, root, step } from '../../set-up.mjs';
import { GoTestEvents, ofVitest } from './count.mjs';
import { folderAside, installAside } from './install-aside.mjs';
import { retriedReporter } from './retried.mjs';

/** @typedef {import('./count.mjs').Count} Count */

/**
 * A command that is one check: it passes or it fails.
 * @param {string} command @param {string[]} args
 * @returns {Promise<Count>}
 */
export async function check(command, args) {
  const what = [command, ...args].slice(0, 3).map((word) => basename(word));
  const status = await runChild(command, args, { what: what.join(' '), cwd: root, env: testEnvironment() });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Vitest, under the given Node.
 * @param {string[]} args @param {{ node?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<Count>}
 */
export async function vitest(args, { node = process.execPath, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'nx-kube-test-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = [
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      `--reporter=${retriedReporter}`,
    ];
    const status = await runChild(node, [bin('vitest', 'vitest.mjs'), 'run', ...reporters, ...args], {
      what: 'testing',
      cwd: root,
      env: { ...testEnvironment(), ...env },
      live: true,
    });
    return ofVitest(existsSync(report) ? readFileSync(report, 'utf8') : '', status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This process's environment, without what an Nx that runs the tests has set for them. */
function testEnvironment() {
  const inherited = Object.entries(nxEnvironment()).filter(
    ([name]) => name !== 'FORCE_COLOR' && (!name.startsWith('NX_') || name.startsWith('NX_KUBE_')),
  );
  return { ...Object.fromEntries(inherited), NX_TUI: 'false', NX_DAEMON: 'false' };
}

/**
 * Builds what tests use, before they do: they look it up only. It is no test, so only its failure counts.
 * @returns {Promise<Count>}
 */
export async function testTools() {
  step('Building test tools');
  const { failed } = await check(process.execPath, [
    '--conditions=@nx-kube/source',
    '--import',
    'tsx',
    'tools/test/src/build-test-tools.ts',
  ]);
  return { passed: 0, failed };
}

/**
 * Packages of one Go module. `GOWORK=off`: the module is tested as it is by itself.
 * @typedef {{ folder: string, packages?: string[], race?: boolean }} GoModule
 */

/**
 * The tests of Go packages. Without the race detector they are built as the loop builds, so that both share Go's cache.
 * @param {GoModule} module
 * @returns {Promise<Count>}
 */
export async function goTest({ folder, packages = ['./...'], race = false }) {
  const events = new GoTestEvents((line) => console.log(`  ${line}`));
  const status = await runChild('go', ['test', '-json', ...(race ? ['-race'] : []), ...packages], {
    what: `testing ${folder}`,
    cwd: join(root, folder),
    env: { ...process.env, GOWORK: 'off', CGO_ENABLED: race ? '1' : '0' },
    onOutput: (chunk) => events.read(chunk),
  });
  const count = events.count();
  if (status !== 0 && !count.failed) count.failed = 1;
  if (count.failed) console.log(events.output);
  console.log(`  ${folder}: ${count.passed} passed, ${count.failed} failed`);
  return count;
}

/**
 * Go's own checks: formatted, and nothing that vet finds.
 * @param {GoModule} module
 * @returns {Promise<Count>}
 */
export async function goCheck({ folder, packages = ['./...'] }) {
  const cwd = join(root, folder);
  let unformatted = '';
  const onOutput = (/** @type {string} */ chunk) => void (unformatted += chunk);
  const formatted = await runChild('gofmt', ['-l', '.'], { what: `gofmt of ${folder}`, cwd, onOutput });
  if (unformatted) console.log(`not formatted in ${folder}:\n${unformatted}`);
  const env = { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' };
  const vetted = await runChild('go', ['vet', ...packages], { what: `vetting ${folder}`, cwd, env });
  return formatted === 0 && vetted === 0 && !unformatted ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The race detector needs a C compiler. */
export async function ensureCompiler() {
  const found = await run('cc', ['--version']).catch(() => undefined);
  if (found !== undefined || !existsSync('/usr/bin/apt-get')) return;
  step('Installing a C compiler, which the race detector needs');
  await installPackages(['gcc', 'libc6-dev'], run, delay);
}

/** @param {string} program @param {string[]} args @returns {Promise<string>} what it writes */
async function run(program, args) {
  let output = '';
  const onOutput = (/** @type {string} */ chunk) => void (output += chunk);
  const env = { ...process.env, ...APT_ENVIRONMENT };
  const status = await runChild(program, args, { what: `${program} ${args[0]}`, env, onOutput });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with exit code ${status}:\n${output}`);
  return output;
}

/**
 * Another Node, installed once outside the work tree from the npm registry.
 * @param {string} version
 * @returns {Promise<string>} path of its program
 */
export async function otherNode(version) {
  const folder = folderAside(`node-${version}`);
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(program)) await installAside(folder, [`${name}@${version}`]);
  return program;
}
