// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './run/src/child.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Digest of npm's inputs at the last successful install. */
const stamp = join(root, 'node_modules', '.nx-kube-installed');

/**
 * Prepares a checkout for its first command: npm packages and the builds of this repository's packages. Each step is
 * skipped if nothing has changed.
 */
export async function setUp() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    step('Installing npm packages');
    const { npm, script } = npmCommand();
    await run(npm, [...script, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], 'installing npm packages');
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, wanted);
  }
  step('Building the packages');
  await run(process.execPath, [bin('typescript', 'bin/tsc'), '-b', 'packages'], 'compiling TypeScript');
  const nx = bin('nx', 'dist/bin/nx.js');
  await run(process.execPath, [nx, 'run', 'agent:build', '--outputStyle=stream'], 'building the agent');
}

/**
 * npm as a program to start. On Windows `npm` itself needs a shell; its script, which npm names to its scripts, does
 * not.
 */
function npmCommand() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? { npm: process.execPath, script: [script] } : { npm: 'npm', script: [] };
}

/** @param {string} text */
export function step(text) {
  console.log(`\n▸ ${text}`);
}

/**
 * Returns the path of a tool's entry point in node_modules.
 * @param {string} name
 * @param {string} file
 */
export function bin(name, file) {
  return join(root, 'node_modules', name, file);
}

/** Returns this process's environment for Nx. It starts no daemon, because no process may outlive the script. */
export function nxEnvironment() {
  return { ...process.env, NX_TUI: 'false', NX_DAEMON: 'false' };
}

/**
 * Runs a command in the workspace root and shows its output. Throws if it fails.
 * @param {string} command @param {string[]} args @param {string} what the activity, for progress lines
 */
async function run(command, args, what) {
  const status = await runChild(command, args, { what, cwd: root, env: nxEnvironment() });
  if (status !== 0) throw new Error(`${what} failed: ${command} ended with exit code ${status}. See its output above.`);
}
