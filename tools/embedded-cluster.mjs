// @ts-check
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { root } from './set-up.mjs';

const cli = ['--import', 'tsx', 'tools/local-cluster/cli.ts'];

/**
 * Brings the embedded cluster up, or leaves it as it is.
 * @returns {{ KUBECONFIG: string, PATH: string } | undefined} the environment to use it with, kubectl included; undefined if it
 *   does not come up, which it has said why
 */
export function embeddedClusterUp() {
  const { status } = spawnSync(process.execPath, [...cli, 'up'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) return undefined;
  const { stdout } = spawnSync(process.execPath, [...cli, 'kubeconfig'], { cwd: root, encoding: 'utf8' });
  const kubeconfig = stdout.trim();
  return { KUBECONFIG: kubeconfig, PATH: [join(dirname(kubeconfig), 'bin'), process.env.PATH].join(delimiter) };
}

/** Takes it down, with all that it holds. */
export function embeddedClusterDown() {
  return (
    spawnSync(process.execPath, [...cli, 'down'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  );
}
