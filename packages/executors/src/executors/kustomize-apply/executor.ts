import type { ExecutorContext } from '@nx/devkit';
import type { Change } from '@nx-kube/cluster';
import { applyAndWait } from '../../deploy/apply-and-wait.js';
import { applyManifests, type Applied } from '../../deploy/apply-manifests.js';
import { checkInCluster, checkRendered, requireNone } from '../../deploy/check-content.js';
import { readManifests, readOtherObjects } from '../../deploy/content.js';
import { deliverImages } from '../../deploy/deliver-images.js';
import { lookAround } from '../../deploy/few-rights.js';
import { Waiting } from '../../loop/observe/waiting.js';
import { print } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { withSettings } from '../../nx/with-settings.js';
import { changedLines, changeLines } from '../../report/changes.js';
import { dryRunText } from '../../report/dry-run.js';
import { eventLines } from '../../report/event-lines.js';
import { needsOf } from '../../requirements/needs.js';
import { requireCommands } from '../../requirements/require-commands.js';
import { withCluster } from '../nx-cluster.js';
import { filledOptions } from '../nx-options.js';
import { deployOptions } from './nx-deploy-target.js';
import type { KustomizeApplyOptions } from './schema.js';

export default withSettings(kustomizeApply);

function kustomizeApply(given: KustomizeApplyOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const options = filledOptions('kustomize-apply', given);
  return runExecutor(async (signal) => {
    const { dryRun, wait, timeout } = options;
    const target = context.targetName ?? 'kustomize-apply';
    const deploy = deployOptions(projectOf(context), target, options);
    await requireCommands(needsOf({ kustomizeApply: { ...options, target } }), { ...deploy, signal });
    return await withCluster(options, context, async (cluster) => {
      const rendered = await readManifests(deploy.manifests);
      const others = await readOtherObjects(cluster, deploy, signal);
      const { objects, errors } = await checkRendered(rendered, deploy);
      requireNone([...errors, ...(await checkInCluster(cluster, objects, others, deploy, signal))], deploy);
      // The output of a dry run is YAML.
      const onNotice = (message: string) => print(dryRun ? `# ${message}` : message);
      const { warning } = await lookAround(cluster, deploy, { goarch: 'any', signal });
      if (warning) onNotice(warning);
      const images = await deliverImages(cluster, deploy, { dryRun, signal, onProgress: onNotice });
      const within = { others, timeoutMs: timeout * 1000, signal, onNotice };
      const onApplied = ({ changes, restarts }: Applied) =>
        [...changeLines(changes, deploy.forceWith), ...restarts].forEach(print);
      const onPruned = (changes: Change[]) => changedLines(changes).forEach(print);
      if (dryRun)
        print(
          dryRunText(await applyManifests(cluster, rendered, images, deploy, { ...within, dryRun }), deploy.forceWith),
        );
      else if (wait) {
        const waiting = new Waiting((event) => eventLines(event).forEach(print));
        await waiting.during((onStatus) =>
          applyAndWait(cluster, rendered, images, deploy, { ...within, onApplied, onPruned, onStatus }),
        );
      } else onApplied(await applyManifests(cluster, rendered, images, deploy, within));
      return true;
    });
  });
}
