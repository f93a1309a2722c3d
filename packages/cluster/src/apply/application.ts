import { ApiError, isNotFound } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { mapConcurrently } from '../api/concurrently.js';
import { read, remove } from '../api/objects.js';
import { locate } from '../api/paths.js';
import { retry, type RetryOptions } from '../api/retry.js';
import { refOf, subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { status } from '../readiness/status.js';
import { waitGone } from '../readiness/wait-gone.js';
import { waitReady } from '../readiness/wait-ready.js';
import type { ApplyOptions, Change } from './apply-options.js';
import { fieldsOfControllers, leaveToOthers, scaledWorkloads, type ScaledWorkloads } from './by-design.js';
import { changedFields } from './changed-fields.js';
import {
  conflictError,
  immutableError,
  isFieldConflict,
  isImmutable,
  mayRecreate,
  stayError,
  type Conflict,
} from './failures.js';
import { isCurrent } from './is-current.js';
import { knownKey } from './known-key.js';
import { definedKinds, inItsNamespace, kindKey, type DefinedKinds } from './scope.js';
import { applySettled, decide, type SettleOptions } from './settle-conflicts.js';
import { takeOverFields, takeOverFromKubectl } from './take-over.js';
import { fieldsThatStay } from './taken-out.js';

/** Progress of one object: desired, live and applied. */
export interface Plan {
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

/** One call of `apply`. */
export class Application {
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

  /** Waits for namespaces that are being deleted first: they take along what is current now. */
  async plan(desired: readonly KubeObject[], known: ReadonlyMap<string, KubeObject>): Promise<Plan[]> {
    const plans = await this.#planNow(desired, known);
    const ending = plans.filter(({ object, live }) => isNamespace(object) && live?.metadata.deletionTimestamp);
    if (!ending.length || this.options.dryRun) return plans;
    await mapConcurrently(ending, this.concurrency, (plan) => this.#waitForDeletion(plan));
    return await this.#planNow(desired, new Map());
  }

  #planNow(desired: readonly KubeObject[], known: ReadonlyMap<string, KubeObject>): Promise<Plan[]> {
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
      const isRemoved = this.#thatStay({ ref, ...left }, live).length === 0;
      return { ref, live, ...left, current: isRemoved && isCurrent(live, left.object, this.#fieldManager) };
    });
  }

  async apply(plan: Plan): Promise<Change> {
    await this.#waitForDeletion(plan);
    try {
      if (plan.live) await this.#takeOver(plan, plan.live);
      const send = (object: KubeObject, force?: boolean) => this.#patch(plan, force, object);
      const settled = await applySettled(plan.object, send, this.#settling(plan));
      plan.applied = settled.applied;
      const left = [...(plan.left ?? []), ...(settled.left ?? [])];
      plan.left = left.length ? left : undefined;
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

  /** Makes us the manager of what kubectl applied, and of fields that were taken out. */
  async #takeOver(plan: Plan, live: KubeObject): Promise<void> {
    const { cluster } = this;
    const { ref } = plan;
    const options = { ...this.#retrying, fieldManager: this.#fieldManager, dryRun: this.options.dryRun };
    Object.assign(plan, await takeOverFromKubectl(cluster, ref, live, options));
    const stay = plan.live ? this.#thatStay(plan, plan.live) : [];
    if (!plan.live || !stay.length) return;
    const decision = await decide(plan.live, stay, this.#settling(plan));
    if (!decision) throw stayError(ref, stay);
    plan.live = await takeOverFields(cluster, ref, plan.live, decision.taken, options);
    if (decision.left.length) plan.left = decision.left;
  }

  #thatStay({ ref, object }: Pick<Plan, 'ref' | 'object'>, live: KubeObject): Conflict[] {
    const takenOut = this.options.takenOut?.(ref) ?? [];
    if (!takenOut.length) return [];
    // A manifest without such a field leaves it to its controller.
    const controllers = fieldsOfControllers(object, this.#scaled);
    const fields = takenOut.filter((field) => !controllers.includes(field));
    return fieldsThatStay(live, fields, this.#fieldManager);
  }

  #settling({ ref, live, takenOver }: Plan): SettleOptions {
    const { takeOver, mayLeave, dryRun, force } = this.options;
    return {
      ...{ live, force, takeOver, mayLeave: mayLeave && ((conflict) => mayLeave(ref, conflict)) },
      // A dry run has taken nothing over yet.
      takenOver: dryRun ? takenOver : undefined,
    };
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

export function changeOf({ ref, takenOver, left }: Plan, action: Change['action'], result?: KubeObject): Change {
  const { uid, generation } = result?.metadata ?? {};
  return {
    ...{ subject: subject(ref), ref, action },
    ...(uid && { uid }),
    ...(generation !== undefined && { generation }),
    ...(takenOver && { takenOver }),
    ...(left && { left }),
  };
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
