import { ApiError } from '../api/api-error.js';
import type { KubeObject } from '../object/kube-object.js';
import { conflictsOf, isFieldConflict, type Conflict } from './failures.js';
import { withoutField } from './field-path.js';

export interface SettleOptions {
  /** The live object; without one there is nothing to settle. */
  live?: KubeObject;
  force?: boolean;
  /** Managers whose fields are taken over in any case. */
  takenOver?: readonly string[];
  /** Decides whether to take over fields of the live object from these managers. */
  takeOver?: (live: KubeObject, managers: readonly string[]) => Promise<boolean>;
  /** Decides whether a field may stay as its manager wants it. */
  mayLeave?: (conflict: Conflict) => boolean;
}

/** Conflicts of one object may follow each other: a controller writes between two attempts. */
const mostAttempts = 3;

/**
 * Applies an object, and settles conflicts with other managers: takes fields over, or leaves them out.
 *
 * @param send applies an object
 * @returns the answer, and the fields that were left to their managers
 * @throws ApiError of `send` if a conflict may not be settled
 */
export async function applySettled(
  object: KubeObject,
  send: (object: KubeObject, force?: boolean) => Promise<KubeObject>,
  options: SettleOptions,
): Promise<{ applied: KubeObject; left?: readonly Conflict[] }> {
  const { live } = options;
  let { force } = options;
  let reduced: KubeObject | undefined = object;
  const left: Conflict[] = [];
  for (let attempt = 1; ; attempt += 1) {
    try {
      const applied = await send(reduced, force);
      return { applied, ...(left.length && { left }) };
    } catch (error) {
      if (!(error instanceof ApiError) || !isFieldConflict(error) || !live || attempt === mostAttempts) throw error;
      const conflicts = conflictsOf(error);
      const decision = await decide(live, conflicts, options);
      if (!decision) throw error;
      reduced = decision.left.reduce<KubeObject | undefined>(
        (rest, { field }) => rest && withoutField(rest, field),
        reduced,
      );
      if (!reduced) throw error;
      left.push(...decision.left);
      force = decision.taken.length > 0 || force;
    }
  }
}

/**
 * Decides about conflicts of one object.
 *
 * @returns the fields to take over, and those to leave to their managers; undefined if one may not be left
 */
export async function decide(
  live: KubeObject,
  conflicts: readonly Conflict[],
  options: SettleOptions,
): Promise<{ taken: Conflict[]; left: Conflict[] } | undefined> {
  if (options.force) return { taken: [...conflicts], left: [] };
  const managers = await managersToTakeOver(live, conflicts, options);
  const [taken, left] = [true, false].map((isTaken) =>
    conflicts.filter(({ manager }) => managers.has(manager) === isTaken),
  ) as [Conflict[], Conflict[]];
  return left.every((conflict) => options.mayLeave?.(conflict)) ? { taken, left } : undefined;
}

async function managersToTakeOver(
  live: KubeObject,
  conflicts: readonly Conflict[],
  { takenOver = [], takeOver, mayLeave }: SettleOptions,
): Promise<ReadonlySet<string>> {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  const taken = new Set(managers.filter((manager) => takenOver.includes(manager)));
  const open = managers.filter((manager) => !taken.has(manager));
  if (!open.length || !takeOver) return taken;
  if (await takeOver(live, open)) return new Set(managers);
  // Fields of one manager may be taken over, while those of another one are left.
  if (open.length === 1 || !mayLeave) return taken;
  for (const manager of open) if (await takeOver(live, [manager])) taken.add(manager);
  return taken;
}
