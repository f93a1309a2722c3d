import type { ExecutorContext } from '@nx/devkit';
import { connect } from '@nx-kube/cluster';
import { hotSwap } from '../../deploy/hot-swap.js';
import { print } from '../../nx/print.js';
import { projectOf, projectPath } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { siblingOptions } from '../../nx/sibling-target.js';
import { withSettings } from '../../nx/with-settings.js';
import { terminalReporter } from '../../report/terminal.js';
import { clusterOptions, deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import type { KustomizeApplyOptions } from '../kustomize-apply/schema.js';
import type { ImageRestartOptions } from './schema.js';

export default withSettings(imageRestart);

function imageRestart(options: ImageRestartOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const { kustomizeApply = 'kustomize-apply', binary = 'bin/manager', gracePeriod = 10, timeout = 300 } = options;
    const apply = siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply);
    const project = projectOf(context);
    const cluster = await connect(clusterOptions(options, apply));
    const report = terminalReporter((text) => process.stdout.write(text));
    try {
      const { pods, sentTo } = await hotSwap(cluster, deployOptions(project, apply), {
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
      await cluster.close();
    }
  });
}
