// @ts-check
import { delimiter, dirname, join } from 'node:path';
import { runChild } from './run/src/child.mjs';
import { root } from './set-up.mjs';

const cli = ['--conditions=@nx-kube/source', '--import', 'tsx', 'tools/local-cluster/cli.ts'];

/** What takes the embedded cluster down, for people. */
export const DOWN_COMMAND = 'npm run cluster:down';

/**
 * Brings the embedded cluster up, or leaves it as it is.
 * @returns {Promise<{ KUBECONFIG: string, PATH: string } | undefined>} the environment to use it with, kubectl included;
 *   undefined if it does not come up, which it has said why
 */
export async function embeddedClusterUp() {
  const what = 'bringing the embedded cluster up';
  if ((await runChild(process.execPath, [...cli, 'up'], { what, cwd: root })) !== 0) return undefined;
  const kubeconfig = (await output(['kubeconfig'])).trim();
  return { KUBECONFIG: kubeconfig, PATH: [join(dirname(kubeconfig), 'bin'), process.env.PATH].join(delimiter) };
}

/**
 * Takes it down, with all that it holds; also after an interruption.
 * @returns {Promise<boolean>} whether that succeeded
 */
export async function embeddedClusterDown() {
  const what = 'taking the embedded cluster down';
  return (await runChild(process.execPath, [...cli, 'down'], { what, cwd: root, cleansUp: true })) === 0;
}

/** Whether any of it runs. @returns {Promise<boolean>} */
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
