// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './run/src/child.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What npm installed, by the hash of what it was asked to: set after an install that ended well. */
const stamp = join(root, 'node_modules', '.nx-kube-installed');

/**
 * Everything that a checkout needs before its first command: npm packages and the packages' own builds. Done again only where
 * something changed.
 */
export async function setUp() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    step('Installing npm packages');
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'installing npm packages');
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, wanted);
  }
  step('Building the packages');
  await run(process.execPath, [bin('typescript', 'bin/tsc'), '-b', 'packages'], 'compiling TypeScript');
  const nx = bin('nx', 'dist/bin/nx.js');
  await run(process.execPath, [nx, 'run', 'agent:build', '--outputStyle=stream'], 'building the agent');
}

/** @param {string} text */
export function step(text) {
  console.log(`\n▸ ${text}`);
}

/**
 * The entry point of a tool in node_modules.
 * @param {string} name
 * @param {string} file
 */
export function bin(name, file) {
  return join(root, 'node_modules', name, file);
}

/**
 * This process's environment, with nothing in it that a run of Nx would take for itself. Nx leaves no daemon behind: nothing
 * is to run once the script has ended.
 */
export function nxEnvironment() {
  return { ...process.env, NX_TUI: 'false', NX_DAEMON: 'false' };
}

/**
 * Runs a command in the workspace root and shows what it prints; throws if it fails.
 * @param {string} command @param {string[]} args @param {string} what what it does, for whoever waits
 */
async function run(command, args, what) {
  const status = await runChild(command, args, { what, cwd: root, env: nxEnvironment() });
  if (status !== 0) throw new Error(`${what} failed: ${command} ended with exit code ${status}, and says above why`);
}
