import type { ExecutorContext } from '@nx/devkit';
import { podsOfWorkload, subject, type Cluster, type PodChoice } from '@nx-kube/cluster';
import { readManifests } from '../../deploy/content.js';
import { followPods, type FollowPodsOptions } from '../../logs/follow-pods.js';
import { readPods } from '../../logs/read-pods.js';
import { renderLine } from '../../logs/render-line.js';
import { since as sinceTime } from '../../logs/since.js';
import { print, printError } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import { withSettings } from '../../nx/with-settings.js';
import { prefixed } from '../../report/prefixed.js';
import { findWorkload, type Workload } from '../../workload/find.js';
import { deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import { withCluster } from '../nx-cluster.js';
import { filledOptions, filledSiblingOptions } from '../nx-options.js';
import type { FilledLogsOptions, LogsOptions } from './schema.js';

export default withSettings(logs);

function logs(given: LogsOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const options = filledOptions('logs', given);
  return runExecutor(async (signal) => {
    const apply = filledSiblingOptions(context, 'kustomize-apply', options.kustomizeApply);
    const deploy = deployOptions(projectOf(context), options.kustomizeApply, apply);
    const workload = findWorkload(await readManifests(deploy.manifests), deploy, deploy.manifests);
    return await withCluster(options, context, async (cluster) => {
      const reading = logsOf(workload, options, cluster, signal);
      if (options.follow) await followPods(cluster, reading);
      else if (!(await readPods(cluster, reading))) print(noPods(reading.pods));
      return true;
    });
  });
}

function noPods({ workload, labelSelector, namespace }: PodChoice): string {
  return workload ? `${subject(workload)} has no pods` : `no pods fit ${labelSelector} in ${namespace}`;
}

/** The pods in another namespace than the rendered one: a workload of the same name may be there. */
function inNamespace({ workload, ...pods }: PodChoice, namespace: string): PodChoice {
  return { ...pods, namespace, ...(workload && { workload: { ...workload, namespace } }) };
}

/** The logs to print: those of the workload's pods unless the options choose others. */
function logsOf(
  { object, container: main }: Workload,
  { selector, namespace, container, since, tail, raw, output }: FilledLogsOptions,
  cluster: Cluster,
  signal: AbortSignal,
): FollowPodsOptions {
  const own = podsOfWorkload(object, cluster.namespace);
  const pods = selector === undefined ? own : { namespace: own.namespace, labelSelector: selector };
  return {
    pods: namespace === undefined ? pods : inNamespace(pods, namespace),
    container: container ?? (selector === undefined ? main.name : undefined),
    ...(since && { sinceTime: sinceTime(since, Date.now()) }),
    tailLines: tail,
    signal,
    onLine: (pod, container, line) =>
      print(
        output === 'json' ? JSON.stringify({ pod, container, line }) : prefixed(pod, raw ? line : renderLine(line)),
      ),
    onError: (pod, message) => printError(prefixed(pod, message)),
  };
}
