import type { ExecutorContext } from '@nx/devkit';
import { connect } from '@nx-kube/cluster';
import { ensureFlux } from '../../flux/ensure-flux.js';
import { deployOptions } from '../../nx/deploy-target.js';
import { print } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { withSettings } from '../../nx/with-settings.js';
import type { FluxOptions } from './schema.js';

export default withSettings(flux);

function flux(options: FluxOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const { enabled = false, namespace = 'flux-system', timeout = 300, version, components, bootstrap } = options;
    if (!enabled) {
      print('Flux is off. Set the option "enabled" to install it.');
      return true;
    }
    const cluster = await connect(options);
    try {
      const setup = { version, components, namespace, bootstrap };
      const { stateDirectory } = deployOptions(projectOf(context), {});
      const done = await ensureFlux(cluster, setup, {
        target: context.targetName ?? 'flux',
        ...{ stateDirectory, timeoutMs: timeout * 1000, env: process.env, signal, onLine: print },
      });
      print(`Flux ${done.version} ${done.changed ? 'is installed and' : 'was there, and'} its controllers are ready.`);
      return true;
    } finally {
      await cluster.close();
    }
  });
}
