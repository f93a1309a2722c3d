import type { ExecutorContext } from '@nx/devkit';
import { explain, type Cluster } from '@nx-kube/cluster';
import { ownerOf } from '../../deploy/apply-set-names.js';
import { tearDown } from '../../deploy/tear-down.js';
import { resumeFlux } from '../../flux/hand-over.js';
import { print, printError } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { targetsOf } from '../../nx/sibling-target.js';
import { withSettings } from '../../nx/with-settings.js';
import { removalLines } from '../../report/removals.js';
import { withCluster } from '../nx-cluster.js';
import { filledOptions } from '../nx-options.js';
import type { DownOptions } from './schema.js';

export default withSettings(down);

function down(given: DownOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const options = filledOptions('down', given);
  return runExecutor((signal) =>
    withCluster(options, context, async (cluster) => {
      const { name, workspaceRoot } = projectOf(context);
      const { timeout, crds, namespaces, namespace, persistentVolumeClaims } = options;
      const result = await tearDown(cluster, name, {
        ...{ crds, namespaces, persistentVolumeClaims, namespace, signal },
        owner: ownerOf(workspaceRoot),
        secretsTargets: targetsOf('@nx-kube/executors:secrets', context),
        timeoutMs: timeout * 1000,
        onProgress: (step) => step.action !== 'kept' && print(`${step.subject} ${step.action}`),
      }).catch(async (error: unknown) => {
        // Flux resumes although the removal failed: it may restore the controller that handles a finalizer in the way.
        if (!signal.aborted) await resume(cluster, name, signal).catch((another) => printError(explain(another)));
        throw error;
      });
      await resume(cluster, name, signal);
      removalLines(result, { project: name, context: cluster.context, crds }).forEach(print);
      return true;
    }),
  );
}

async function resume(cluster: Cluster, project: string, signal: AbortSignal): Promise<void> {
  for (const resumed of await resumeFlux(cluster, project, signal)) print(`${resumed} resumed`);
}
