// @ts-check
import { delimiter, dirname, join } from 'node:path';
import { runChild } from './run/src/child.mjs';
import { root } from './set-up.mjs';

const cli = ['--conditions=@nx-kube/source', '--import', 'tsx', 'tools/local-cluster/cli.ts'];

/** The command that takes the embedded cluster down, for messages. */
export const DOWN_COMMAND = 'npm run cluster:down';

/**
 * Brings the embedded cluster up. Does nothing if it is up.
 * @returns {Promise<{ KUBECONFIG: string, PATH: string } | undefined>} the environment to use it with, kubectl
 * included; undefined if it did not come up, after printing the reason
 */
export async function embeddedClusterUp() {
  const what = 'bringing the embedded cluster up';
  if ((await runChild(process.execPath, [...cli, 'up'], { what, cwd: root })) !== 0) return undefined;
  const kubeconfig = (await output(['kubeconfig'])).trim();
  return { KUBECONFIG: kubeconfig, PATH: [join(dirname(kubeconfig), 'bin'), process.env.PATH].join(delimiter) };
}

/**
 * Takes the embedded cluster down, with all its data, also after an interruption.
 * @returns {Promise<boolean>} whether that succeeded
 */
export async function embeddedClusterDown() {
  const what = 'taking the embedded cluster down';
  return (await runChild(process.execPath, [...cli, 'down'], { what, cwd: root, cleansUp: true })) === 0;
}

/** Whether any component of it runs. @returns {Promise<boolean>} */
export async function embeddedClusterRuns() {
  const status = await output(['status', '--output', 'json']);
  /** @type {{ components: { state: string }[] } | undefined} */
  const known = status ? JSON.parse(status) : undefined;
  return known?.components.some(({ state }) => state !== 'not running') ?? false;
}

/** @param {string[]} args */
async function output(args) {
  let text = '';
  const onOutput = (/** @type {string} */ chunk) => void (text += chunk);
  await runChild(process.execPath, [...cli, ...args], { what: 'asking for the embedded cluster', cwd: root, onOutput });
  return text;
}
