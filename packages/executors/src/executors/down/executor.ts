import type { ExecutorContext } from '@nx/devkit';
import { connect, explain, subject } from '@nx-kube/cluster';
import { tearDown } from '../../deploy/tear-down.js';
import { resumeFlux } from '../../flux/hand-over.js';
import { print, printError } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { siblingOptions, targetsOf } from '../../nx/sibling-target.js';
import { withSettings } from '../../nx/with-settings.js';
import { clusterOptions } from '../kustomize-apply/nx-deploy-target.js';
import type { KustomizeApplyOptions } from '../kustomize-apply/schema.js';
import type { DownOptions } from './schema.js';

export default withSettings(down);

function down(options: DownOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const { kustomizeApply = 'kustomize-apply', timeout = 60, crds, namespaces, persistentVolumeClaims } = options;
    const apply = siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply);
    const { name } = projectOf(context);
    const cluster = await connect(clusterOptions(options, apply));
    const resume = async () => {
      for (const resumed of await resumeFlux(cluster, name, signal)) print(`${resumed} resumed`);
    };
    try {
      const { removed, kept, foreign } = await tearDown(cluster, name, {
        crds,
        namespaces,
        persistentVolumeClaims,
        secretsTargets: targetsOf('@nx-kube/executors:secrets', context),
        timeoutMs: timeout * 1000,
        signal,
        onProgress: (step) => step.action !== 'kept' && print(`${step.subject} ${step.action}`),
      }).catch(async (error: unknown) => {
        // Flux goes on all the same: what it brings back may be just what sees to a finalizer that blocks.
        if (!signal.aborted) await resume().catch((another: unknown) => printError(explain(another)));
        throw error;
      });
      await resume();
      if (!removed.length && !kept.length) print(`${name} has nothing in ${cluster.context}`);
      for (const ref of kept) print(`${subject(ref)} kept`);
      if (kept.length)
        print('  → Run with --crds and --namespaces to remove CustomResourceDefinitions and Namespaces too.');
      for (const ref of foreign)
        print(`${subject(ref)} was made by others, and ${crds ? 'went' : 'would go'} with its CRD`);
      return true;
    } finally {
      await cluster.close();
    }
  });
}
