// @ts-check
/** `npm start`: sets the checkout up, finds a cluster or brings one up, and runs the loop on an example. */
import { spawn } from 'node:child_process';
import { DOWN_COMMAND, embeddedClusterUp } from './embedded-cluster.mjs';
import { Interrupted, passInterruptionsOn } from './run/src/child.mjs';
import { exit } from './run/src/exit.mjs';
import { bin, nxEnvironment, root, setUp, step } from './set-up.mjs';
import { usableCluster } from './start/src/usable-cluster.mjs';

passInterruptionsOn();
try {
  await setUp();
  const environment = await clusterEnvironment();
  const exitCode = await runLoop(process.argv[2] ?? 'ocm-controller', process.argv.slice(3), environment);
  if (environment) console.log(`\nThe embedded cluster is still up. Take it down with: ${DOWN_COMMAND}`);
  await exit(exitCode);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await exit(error instanceof Interrupted ? error.exitCode : 1);
}

/** Returns the environment for the loop's cluster; undefined if kubeconfig's current cluster is usable. */
async function clusterEnvironment() {
  step('Looking for a cluster');
  const { connect } = await import('@nx-kube/cluster');
  const found = await usableCluster(connect);
  if ('context' in found) {
    console.log(`Using ${found.context} (${found.server}).`);
    return undefined;
  }
  console.log(`There is no usable cluster (${found.reason}). Bringing the embedded cluster up.`);
  const environment = await embeddedClusterUp();
  if (!environment) throw new Error(`The embedded cluster did not come up. Remove its remains with: ${DOWN_COMMAND}`);
  return environment;
}

/**
 * Runs the loop in the terminal's own process group, because it reads from the terminal. Ctrl-C there reaches Nx
 * directly, and this process only waits for it. All other signals are forwarded.
 * @param {string} project @param {string[]} args @param {NodeJS.ProcessEnv | undefined} environment
 * @returns {Promise<number>} the exit code
 */
function runLoop(project, args, environment) {
  step(`nx run ${project}:dev`);
  const loop = spawn(process.execPath, [bin('nx', 'dist/bin/nx.js'), 'run', `${project}:dev`, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...nxEnvironment(), ...environment },
  });
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(name, () => {
      if (name !== 'SIGINT' || !process.stdin.isTTY) loop.kill(name);
    });
  }
  return new Promise((resolve) => {
    loop.on('error', (error) => (console.error(`nx cannot be started: ${error.message}.`), resolve(127)));
    loop.on('exit', (code, signal) => resolve(code ?? (signal ? 130 : 1)));
  });
}
