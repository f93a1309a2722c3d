import type { ExecutorContext } from '@nx/devkit';
import { hotSwap } from '../../deploy/hot-swap.js';
import { print } from '../../nx/print.js';
import { projectOf, projectPath } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { withSettings } from '../../nx/with-settings.js';
import { terminalReporter } from '../../report/terminal.js';
import { deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import { withCluster } from '../nx-cluster.js';
import { filledOptions, filledSiblingOptions } from '../nx-options.js';
import type { ImageRestartOptions } from './schema.js';

export default withSettings(imageRestart);

function imageRestart(given: ImageRestartOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const options = filledOptions('image-restart', given);
  return runExecutor(async (signal) => {
    const { kustomizeApply, binary, gracePeriod, timeout } = options;
    const project = projectOf(context);
    const deploy = deployOptions(
      project,
      kustomizeApply,
      filledSiblingOptions(context, 'kustomize-apply', kustomizeApply),
    );
    return await withCluster(options, context, async (cluster) => {
      const report = terminalReporter((text) => process.stdout.write(text));
      try {
        const { pods, sentTo } = await hotSwap(cluster, deploy, {
          binary: projectPath(project, binary),
          graceMs: gracePeriod * 1000,
          timeoutMs: timeout * 1000,
          emit: report.emit,
          signal,
        });
        print(`restarted in ${pods} ${pods === 1 ? 'pod' : 'pods'}, ${sentTo} with a new binary`);
        return true;
      } finally {
        report.end();
      }
    });
  });
}
