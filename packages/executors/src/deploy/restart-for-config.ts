import { patch, refOf, retry, subject, type Change, type Cluster, type KubeObject, type Ref } from '@nx-kube/cluster';
import { configUses, staysAsItWas, type ConfigUse } from '../workload/config-uses.js';
import { podSpecOf } from '../workload/pod-template.js';

/** A workload that does not notice by itself that a ConfigMap or Secret has changed. */
export interface Unnoticed {
  workload: KubeObject;
  /** `Kind/namespace/name` of what it uses. */
  config: string;
  uses: ConfigUse[];
}

/**
 * Finds the workloads that use what an apply has changed, and were not replaced by the same apply. Pure.
 *
 * @param namespace namespace of objects that name none
 */
export function unnoticed(objects: readonly KubeObject[], changes: readonly Change[], namespace: string): Unnoticed[] {
  const changed = changes.filter(hasNewData);
  return objects.filter(isLongLived).flatMap((workload) => {
    const at = workload.metadata.namespace ?? namespace;
    if (isReplaced(workload, at, changes)) return [];
    return changed
      .filter(({ ref }) => ref.namespace === at)
      .map((change) => ({ workload, config: change.subject, uses: configUses(workload, change.ref) }))
      .filter(({ uses }) => uses.length > 0);
  });
}

/**
 * Replaces the pods of the workload under development where they do not see what an apply has changed, as `kubectl
 * rollout restart` does. Of other workloads it says that they have to be restarted.
 *
 * @returns one line for each workload that was restarted, or has to be
 */
export async function restartForConfig(
  cluster: Cluster,
  { main, objects, changes }: { main: Ref; objects: readonly KubeObject[]; changes: readonly Change[] },
  { signal }: { signal?: AbortSignal } = {},
): Promise<string[]> {
  const lines: string[] = [];
  let isRestarted = false;
  for (const one of unnoticed(objects, changes, cluster.namespace)) {
    const { workload, config, uses } = one;
    const stale = uses.filter(staysAsItWas);
    const isMain = workload.kind === main.kind && workload.metadata.name === main.name;
    if (!stale.length) {
      // The kubelet updates the files; only the program knows whether it looks at them again.
      if (isMain) lines.push(followsLine(one));
    } else if (isMain && !isUpdatedByHand(workload)) {
      if (!isRestarted) await retry(() => restart(cluster, refOf(workload), signal), { signal });
      isRestarted = true;
      lines.push(`${subject(workload)} restarts: its pods read ${config} only at their start (${stale.join(', ')})`);
    } else
      lines.push(
        `${subject(workload)} has to be restarted: its pods read ${config} only at their start (${stale.join(', ')})`,
      );
  }
  return lines;
}

function followsLine({ workload, config }: Unnoticed): string {
  return `${subject(workload)} gets the files of ${config} within about a minute; a process that reads them only at its start has to be restarted (image-restart)`;
}

async function restart(cluster: Cluster, ref: Ref, signal: AbortSignal | undefined): Promise<void> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  await patch(cluster, ref, { spec: { template: { metadata: { annotations } } } }, { fieldManager: restarter, signal });
}

/** Another manager than that of the apply, which would remove what the manifests do not have. */
const restarter = 'nx-kube-restart';

function hasNewData({ ref, action, fields = [] }: Change): boolean {
  if (ref.apiVersion !== 'v1' || !['ConfigMap', 'Secret'].includes(ref.kind)) return false;
  if (action === 'recreated') return true;
  return action === 'configured' && fields.some((field) => /^(?:data|binaryData|stringData)\b/.test(field));
}

function isLongLived(object: KubeObject): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind) && podSpecOf(object) !== undefined;
}

/** Whether the same apply gives a workload new pods. */
function isReplaced({ kind, metadata: { name } }: KubeObject, namespace: string, changes: readonly Change[]): boolean {
  const change = changes.find(
    ({ ref }) => ref.kind === kind && ref.name === name && (ref.namespace ?? namespace) === namespace,
  );
  if (!change) return false;
  if (change.action === 'created' || change.action === 'recreated') return true;
  return change.fields?.some((field) => field.startsWith('spec.template')) ?? false;
}

/** A workload with the strategy OnDelete replaces no pod by itself. */
function isUpdatedByHand({ spec }: KubeObject): boolean {
  return spec?.updateStrategy?.type === 'OnDelete';
}
