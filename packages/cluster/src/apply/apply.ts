import { ApiError, isNotFound } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { read, remove } from '../api/objects.js';
import { locate } from '../api/paths.js';
import { retry, type RetryOptions } from '../api/retry.js';
import { groupOf, refOf, subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { status } from '../readiness/status.js';
import { waitGone } from '../readiness/wait-gone.js';
import { waitReady } from '../readiness/wait-ready.js';
import { leaveToOthers, scaledWorkloads, type ScaledWorkloads } from './by-design.js';
import { changedFields } from './changed-fields.js';
import { conflictError, immutableError, isFieldConflict, isImmutable, mayRecreate, type Conflict } from './failures.js';
import { isCurrent } from './is-current.js';
import { prepare, requireDistinct } from './sanitize.js';
import { definedKinds, inItsNamespace, kindKey, type DefinedKinds } from './scope.js';
import { applySettled } from './settle-conflicts.js';
import { stages } from './stages.js';
import { takeOverFromKubectl } from './take-over.js';

/** Result of an apply for one object; with `dryRun`, the result that it would have. */
export interface Change {
  /** `Kind/namespace/name`. */
  subject: string;
  ref: Ref;
  action: 'created' | 'configured' | 'unchanged' | 'recreated' | 'pruned';
  /** Absent for an object that a dry run would create. */
  uid?: string;
  generation?: number;
  /** Paths of the fields whose values changed, such as `spec.replicas`; never values. */
  fields?: string[];
  /** Field managers of kubectl whose fields in the object were taken over. */
  takenOver?: string[];
  /** Fields that were not applied, because other managers own them. */
  left?: readonly Conflict[];
}

export interface ApplyOptions {
  /** Default: `nx-kube`. */
  fieldManager?: string;
  /** Takes over fields that other managers own. Default: false; a conflict is an error that names the other manager. */
  force?: boolean;
  /** Decides whether to take over fields of a live object from these managers, if `force` is false. Default: never. */
  takeOver?: (live: KubeObject, managers: readonly string[]) => Promise<boolean>;
  /**
   * Decides whether a field that another manager owns may stay as it is, if `force` is false. The other fields of the
   * object are applied. Default: never, a conflict is an error.
   */
  mayLeave?: (ref: Ref, conflict: Conflict) => boolean;
  /** Asks the server for the result and writes nothing. Default: false. */
  dryRun?: boolean;
  /**
   * Deletes and recreates an object when an immutable field differs. Never a CustomResourceDefinition, Namespace or
   * PersistentVolumeClaim. Default: false.
   */
  recreate?: boolean;
  /** Objects in flight at once. Default: 8. */
  concurrency?: number;
  /**
   * Time-out (ms) for CRDs to be established, namespaces to be active, and deleted objects to be gone. Default: 60,000.
   */
  stageTimeoutMs?: number;
  /** Retries of each request after transient errors. */
  retry?: Pick<RetryOptions, 'forMs' | 'onRetry'>;
  signal?: AbortSignal;
  /** Called when an object is done. */
  onProgress?: (change: Change) => void;
}

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

export function knownKey({ apiVersion, kind, namespace, name }: Ref): string {
  return [groupOf(apiVersion), kind, namespace ?? '', name].join('/');
}

/** Progress of one object: desired, live and applied. */
interface Plan {
  ref: Ref;
  object: KubeObject;
  live?: KubeObject;
  /** The live object already matches. */
  current: boolean;
  applied?: KubeObject;
  /** Field managers of kubectl whose fields were taken over. */
  takenOver?: string[];
  /** Fields that stay with other managers. */
  left?: readonly Conflict[];
}

class Application {
  readonly concurrency: number;
  readonly #fieldManager: string;
  readonly #stageTimeoutMs: number;
  /** Kinds that CRDs among the objects define. The server may need a moment to serve them. */
  readonly #definedHere: DefinedKinds;
  /** Namespaces among the objects. */
  readonly #namespacesHere: ReadonlySet<string>;
  readonly #scaled: ScaledWorkloads;

  constructor(
    private readonly cluster: Cluster,
    desired: readonly KubeObject[],
    private readonly options: ApplyOptions,
  ) {
    this.#definedHere = definedKinds(desired);
    this.#namespacesHere = new Set(desired.filter(isNamespace).map(({ metadata }) => metadata.name));
    this.#scaled = scaledWorkloads(desired, cluster.namespace);
    this.concurrency = options.concurrency ?? 8;
    this.#fieldManager = options.fieldManager ?? 'nx-kube';
    this.#stageTimeoutMs = options.stageTimeoutMs ?? 60_000;
  }

  plan(desired: readonly KubeObject[], known: ReadonlyMap<string, KubeObject>): Promise<Plan[]> {
    return mapConcurrently(desired, this.concurrency, async (object) => {
      const scoped = await inItsNamespace(this.cluster, object, this.#definedHere, this.#retrying);
      const ref = refOf(scoped);
      const live = known.get(knownKey(ref)) ?? (await this.#retry(() => read(this.cluster, ref, this.#signal)));
      if (!live) return { ref, object: scoped, current: false };
      const { force, mayLeave } = this.options;
      const left = leaveToOthers(scoped, live, {
        ...{ scaled: this.#scaled, fieldManager: this.#fieldManager },
        mayLeave: (conflict) => !force && (mayLeave?.(ref, conflict) ?? false),
      });
      return { ref, live, ...left, current: isCurrent(live, left.object, this.#fieldManager) };
    });
  }

  async apply(plan: Plan): Promise<Change> {
    await this.#waitForDeletion(plan);
    try {
      if (plan.live) {
        const takeOver = { ...this.#retrying, fieldManager: this.#fieldManager, dryRun: this.options.dryRun };
        Object.assign(plan, await takeOverFromKubectl(this.cluster, plan.ref, plan.live, takeOver));
      }
      const { takeOver, mayLeave, dryRun, force } = this.options;
      const settled = await applySettled(plan.object, (object, force) => this.#patch(plan, force, object), {
        ...{ force, takeOver, mayLeave: mayLeave && ((conflict) => mayLeave(plan.ref, conflict)) },
        live: plan.live,
        // A dry run has taken nothing over yet.
        takenOver: dryRun ? plan.takenOver : undefined,
      });
      plan.applied = settled.applied;
      plan.left = settled.left ?? plan.left;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.options.dryRun && isNotFound(error) && this.#isMadePossibleHere(plan.ref))
        return changeOf(plan, 'created');
      if (isFieldConflict(error)) throw conflictError(plan.ref, error);
      if (!isImmutable(error) || !plan.live) throw error;
      if (!this.options.recreate || !mayRecreate(plan.ref)) throw immutableError(plan.ref, error);
      return await this.#recreate(plan);
    }
    if (!plan.live) return changeOf(plan, 'created', this.options.dryRun ? undefined : plan.applied);
    const fields = changedFields(plan.live, plan.applied);
    // The answer of a dry run has the old resourceVersion.
    const unchanged = this.options.dryRun
      ? fields.length === 0
      : plan.applied.metadata.resourceVersion === plan.live.metadata.resourceVersion;
    if (unchanged) return changeOf(plan, 'unchanged', plan.applied);
    return { ...changeOf(plan, 'configured', plan.applied), fields };
  }

  /** Waits until CRDs are established and namespaces are active. */
  async waitForPrerequisites(plans: readonly Plan[]): Promise<void> {
    if (this.options.dryRun) return;
    const open = plans.filter(({ applied, live }) => status(applied ?? live).status !== 'Current');
    const refs = open.map(({ ref }) => ref);
    await waitReady(this.cluster, refs, { timeoutMs: this.#stageTimeoutMs, ...this.#signal });
  }

  #patch({ ref, object: whole }: Plan, force = this.options.force, object = whole): Promise<KubeObject> {
    const send = async () => {
      const { path } = await locate(this.cluster, ref, this.options.signal);
      return await this.cluster.request<KubeObject>({
        method: 'PATCH',
        path,
        query: {
          fieldManager: this.#fieldManager,
          force: force ? true : undefined,
          fieldValidation: 'Strict',
          dryRun: this.options.dryRun ? 'All' : undefined,
        },
        contentType: 'application/apply-patch+yaml',
        body: object,
        subject: ref,
        ...this.#signal,
      });
    };
    const mayLag = this.#definedHere.has(kindKey(ref)) && !this.options.dryRun;
    return this.#retry(mayLag ? () => untilServed(send) : send);
  }

  async #recreate(plan: Plan): Promise<Change> {
    const { ref, live } = plan;
    const uid = live!.metadata.uid!;
    const { dryRun } = this.options;
    await this.#retry(() => remove(this.cluster, ref, { uid, dryRun, ...this.#signal }));
    if (dryRun) return changeOf(plan, 'recreated');
    await waitGone(this.cluster, [{ ref, uid }], { timeoutMs: this.#stageTimeoutMs, ...this.#signal });
    plan.applied = await this.#patch(plan);
    return changeOf(plan, 'recreated', plan.applied);
  }

  /** An object that is being deleted cannot be kept: changes to it would be lost. */
  async #waitForDeletion(plan: Plan): Promise<void> {
    const { ref, live } = plan;
    if (!live?.metadata.deletionTimestamp || this.options.dryRun) return;
    await waitGone(this.cluster, [{ ref, uid: live.metadata.uid! }], {
      timeoutMs: this.#stageTimeoutMs,
      ...this.#signal,
    });
    plan.live = undefined;
  }

  /** Whether an object cannot exist yet only because its kind or namespace is applied in the same call. */
  #isMadePossibleHere(ref: Ref): boolean {
    return (
      this.#definedHere.has(kindKey(ref)) || (ref.namespace !== undefined && this.#namespacesHere.has(ref.namespace))
    );
  }

  #retry<T>(action: () => Promise<T>): Promise<T> {
    return retry(action, this.#retrying);
  }

  get #retrying(): RetryOptions {
    return { ...this.options.retry, ...this.#signal };
  }

  get #signal(): { signal?: AbortSignal } {
    return { signal: this.options.signal };
  }
}

function changeOf({ ref, takenOver, left }: Plan, action: Change['action'], result?: KubeObject): Change {
  const { uid, generation } = result?.metadata ?? {};
  return {
    ...{ subject: subject(ref), ref, action },
    ...(uid && { uid }),
    ...(generation !== undefined && { generation }),
    ...(takenOver && { takenOver }),
    ...(left && { left }),
  };
}

function isPrerequisite({ kind }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' || kind === 'Namespace';
}

function isNamespace({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Namespace' && apiVersion === 'v1';
}

/** Makes a 404 transient: a CRD is established a moment before discovery and the API know its kind. */
async function untilServed<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const { message, reason } = error as ApiError;
    // Status 503 makes `retry` repeat the request.
    throw new ApiError('cluster', message, { status: 503, reason, cause: error });
  }
}
