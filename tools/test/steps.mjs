// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, nxEnvironment, root } from '../set-up.mjs';
import { ofGoTest, ofVitest } from './count.mjs';

/** @typedef {import('./count.mjs').Count} Count */

/**
 * A command that is one check: it passes or it fails.
 * @param {string} command @param {string[]} args
 * @returns {Count}
 */
export function check(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: nxEnvironment(),
  });
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/**
 * Vitest, under the given Node.
 * @param {string[]} args @param {{ node?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Count}
 */
export function vitest(args, { node = process.execPath, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'nx-kube-test-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { status } = spawnSync(node, [bin('vitest', 'vitest.mjs'), 'run', ...reporters, ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...nxEnvironment(), ...env },
    });
    return ofVitest(existsSync(report) ? readFileSync(report, 'utf8') : '', status);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The tests of one Go module. Without the race detector they are built as the loop builds, so that both share Go's cache.
 * @param {string} module its folder @param {{ race?: boolean }} [options]
 * @returns {Count}
 */
export function goTest(module, { race = false } = {}) {
  const { stdout, status } = spawnSync('go', ['test', '-json', ...(race ? ['-race'] : []), './...'], {
    cwd: join(root, module),
    env: { ...process.env, CGO_ENABLED: race ? '1' : '0' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const count = ofGoTest(stdout);
  if (count.failed) console.log(outputOf(stdout));
  if (status !== 0 && !count.failed) count.failed = 1;
  console.log(`  ${module}: ${count.passed} passed, ${count.failed} failed`);
  return count;
}

/**
 * Go's own checks of one module: formatted, and nothing that vet finds.
 * @param {string} module its folder
 * @returns {Count}
 */
export function goCheck(module) {
  const cwd = join(root, module);
  const { stdout: unformatted } = spawnSync('gofmt', ['-l', '.'], { cwd, encoding: 'utf8' });
  if (unformatted) console.log(`not formatted in ${module}:\n${unformatted}`);
  const env = { ...process.env, CGO_ENABLED: '0' };
  const { status } = spawnSync('go', ['vet', './...'], { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0 && unformatted === '' ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** @param {string} events */
function outputOf(events) {
  const lines = events.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line).Output ?? '').join('');
}

/**
 * Another Node, installed once outside the work tree from the npm registry.
 * @param {string} version
 * @returns {string} path of its program
 */
export function otherNode(version) {
  const state = process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state');
  const prefix = join(state, 'nx-kube', `node-${version}`);
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(prefix, 'node_modules', name, 'bin', 'node');
  if (!existsSync(program)) {
    const args = ['install', '--prefix', prefix, '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`];
    const { status } = spawnSync('npm', args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`Node ${version} could not be installed`);
  }
  return program;
}
