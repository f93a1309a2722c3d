import type { ExecutorContext } from '@nx/devkit';
import { ensureFlux } from '../../flux/ensure-flux.js';
import { print } from '../../nx/print.js';
import { runExecutor } from '../../nx/run-executor.js';
import { withSettings } from '../../nx/with-settings.js';
import { withCluster, withOptionalApply } from '../nx-cluster.js';
import { fluxTarget } from './nx-flux-targets.js';
import type { FluxOptions } from './schema.js';

export default withSettings(flux);

function flux(options: FluxOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const enabled = fluxTarget(context, context.targetName ?? 'flux', options);
    if (!enabled) {
      print('Flux is off. Set the option "enabled" to install it.');
      return true;
    }
    return await withCluster(withOptionalApply(options, context), context, async (cluster) => {
      const done = await ensureFlux(cluster, enabled.setup, { ...enabled.options, signal, onLine: print });
      print(`Flux ${done.version} ${done.changed ? 'is installed and' : 'was there, and'} its controllers are ready.`);
      return true;
    });
  });
}
