// @ts-check
/** `npm start`: sets the checkout up, finds or brings up a cluster, and runs the loop on an example. */
import { spawn } from 'node:child_process';
import { embeddedClusterUp } from './embedded-cluster.mjs';
import { bin, nxEnvironment, root, setUp, step } from './set-up.mjs';

setUp();
const clusterEnvironment = (await usableCluster()) ? undefined : bringUpCluster();
const project = process.argv[2] ?? 'ocm-controller';
step(`nx run ${project}:dev`);
const loop = spawn(process.execPath, [bin('nx', 'dist/bin/nx.js'), 'run', `${project}:dev`, ...process.argv.slice(3)], {
  cwd: root,
  stdio: 'inherit',
  env: { ...nxEnvironment(), ...clusterEnvironment },
});
// A Ctrl-C of a terminal reaches Nx by itself, and this process only has to outlive it; everything else is passed on.
for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(name, () => {
    if (name !== 'SIGINT' || !process.stdin.isTTY) loop.kill(name);
  });
}
loop.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));

/** Whether kubeconfig's current context is local and its API server answers. */
async function usableCluster() {
  step('Looking for a cluster');
  const { connect } = await import('@nx-kube/cluster');
  try {
    const cluster = await connect();
    await cluster.request({ method: 'GET', path: '/version', timeoutMs: 3000 });
    console.log(`Using ${cluster.context} (${cluster.server})`);
    await cluster.close();
    return true;
  } catch (error) {
    console.log(`None to use (${error instanceof Error ? error.message : error}): bringing the embedded one up`);
    return false;
  }
}

function bringUpCluster() {
  const environment = embeddedClusterUp();
  if (!environment) process.exit(1);
  return environment;
}
