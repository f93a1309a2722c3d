import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { Application, changeOf, type Plan } from './application.js';
import type { ApplyOptions, Change } from './apply-options.js';
import { prepare, requireDistinct } from './sanitize.js';
import { stages } from './stages.js';

export type { ApplyOptions, Change } from './apply-options.js';

/**
 * Applies objects server-side in dependency order: CRDs, namespaces and cluster roles first, then classes, then the
 * rest, webhook configurations last. An object that is already current costs one read and no write. Objects of a
 * namespaced kind without a namespace go to the context's namespace.
 *
 * @returns one change per object, in the order of `objects`
 * @throws NxKubeError that names the object; objects of earlier stages have been applied by then
 */
export async function apply(
  cluster: Cluster,
  objects: readonly KubeObject[],
  options: ApplyOptions = {},
): Promise<Change[]> {
  return await applyKnowing(cluster, objects, new Map(), options);
}

/**
 * As `apply`, for callers that have read some live objects already.
 *
 * @param known live objects by `knownKey`; apply reads the others
 * @param options.beforeWrite runs before any write with all live objects, and may throw
 */
export async function applyKnowing(
  cluster: Cluster,
  objects: readonly KubeObject[],
  known: ReadonlyMap<string, KubeObject>,
  options: ApplyOptions & { beforeWrite?: (plans: readonly { ref: Ref; live?: KubeObject }[]) => Promise<void> },
): Promise<Change[]> {
  const desired = objects.map(prepare);
  const application = new Application(cluster, desired, options);
  const plans = await application.plan(desired, known);
  // Compared with their final namespaces: the manifests may name one object in two ways.
  requireDistinct(plans.map(({ object }) => object));
  await options.beforeWrite?.(plans);
  const changes = new Map<Plan, Change>();
  const done = (plan: Plan, change: Change) => {
    changes.set(plan, change);
    options.onProgress?.(change);
  };
  for (const plan of plans) if (plan.current) done(plan, changeOf(plan, 'unchanged', plan.live));
  for (const stage of stages(plans, ({ object }) => object.kind)) {
    const open = stage.filter(({ current }) => !current);
    await mapConcurrently(open, application.concurrency, async (plan) => done(plan, await application.apply(plan)));
    await application.waitForPrerequisites(stage.filter(({ object }) => isPrerequisite(object)));
  }
  return plans.map((plan) => changes.get(plan)!);
}

function isPrerequisite({ kind }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' || kind === 'Namespace';
}
