import type { ExecutorContext } from '@nx/devkit';
import { connect } from '@nx-kube/cluster';
import { readManifests } from '../../deploy/content.js';
import { followPods, type FollowPodsOptions } from '../../logs/follow-pods.js';
import { readPods } from '../../logs/read-pods.js';
import { renderLine } from '../../logs/render-line.js';
import { since as sinceTime } from '../../logs/since.js';
import { print, printError } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { siblingOptions } from '../../nx/sibling-target.js';
import { withSettings } from '../../nx/with-settings.js';
import { labelSelector } from '../../pods/label-selector.js';
import { prefixed } from '../../report/prefixed.js';
import { findWorkload } from '../../workload/find.js';
import { clusterOptions, deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import type { KustomizeApplyOptions } from '../kustomize-apply/schema.js';
import type { LogsOptions } from './schema.js';

export default withSettings(logs);

function logs(options: LogsOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return runExecutor(async (signal) => {
    const {
      kustomizeApply = 'kustomize-apply',
      selector,
      namespace,
      container,
      since,
      tail,
      follow,
      raw,
      output,
    } = options;
    const apply = siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply);
    const deploy = deployOptions(projectOf(context), apply);
    const { object, container: target } = findWorkload(await readManifests(deploy.manifests), deploy, deploy.manifests);
    const cluster = await connect(clusterOptions(options, apply));
    const onLine = (pod: string, name: string, line: string) =>
      print(
        output === 'json'
          ? JSON.stringify({ pod, container: name, line })
          : prefixed(pod, raw ? line : renderLine(line)),
      );
    const pods: FollowPodsOptions = {
      namespace: namespace ?? object.metadata.namespace ?? cluster.namespace,
      labelSelector: selector ?? labelSelector(object['spec'].selector.matchLabels),
      container: container ?? (selector === undefined ? target.name : undefined),
      ...(since && { sinceTime: sinceTime(since, Date.now()) }),
      tailLines: tail,
      signal,
      onLine,
      onError: (pod, message) => printError(prefixed(pod, message)),
    };
    try {
      if (follow) await followPods(cluster, pods);
      else if (!(await readPods(cluster, pods))) print(`no pods fit ${pods.labelSelector} in ${pods.namespace}`);
      return true;
    } finally {
      await cluster.close();
    }
  });
}
