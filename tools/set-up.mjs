// @ts-check
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What npm installed, by the hash of what it was asked to: set after an install that ended well. */
const stamp = join(root, 'node_modules', '.nx-kube-installed');

/**
 * Everything that a checkout needs before its first command: npm packages and the packages' own builds. Done again only where
 * something changed.
 */
export function setUp() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    step('Installing npm packages');
    // Not `npm ci`: Nx names optional packages for platforms that were never published, which `ci` wants in the lock file.
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, wanted);
  }
  step('Building the packages');
  run(process.execPath, [bin('typescript', 'bin/tsc'), '-b', 'packages']);
  run(process.execPath, [bin('nx', 'dist/bin/nx.js'), 'run', 'agent:build', '--outputStyle=static']);
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

/** This process's environment, with nothing in it that a run of Nx would take for itself. */
export function nxEnvironment() {
  return { ...process.env, NX_TUI: 'false' };
}

/**
 * Runs a command in the workspace root and shows what it prints; ends this process if it fails.
 * @param {string} command
 * @param {string[]} args
 */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: nxEnvironment(),
  });
  if (error) console.error(`${command} cannot be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
