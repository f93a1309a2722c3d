import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { NxHome } from './nx-home.js';

/** How a run of Nx ended. */
export interface NxRun {
  ok: boolean;
  /** Standard output. */
  output: string;
  /** Standard error. */
  errors: string;
}

/**
 * Runs the Nx of a workspace, without daemon, so that no process is left behind. The first run of an `installation`
 * installs Nx.
 *
 * @param root absolute path of the workspace
 */
export async function runNx(root: string, home: NxHome, args: string[]): Promise<NxRun> {
  const child = spawn(process.execPath, [programOf(root, home), ...args], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
  const [ok, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { ok, output, errors };
}

function programOf(root: string, home: NxHome): string {
  if (home === 'installation') return join(root, '.nx/nxw.js');
  return createRequire(join(root, 'package.json')).resolve('nx/bin/nx.js');
}
