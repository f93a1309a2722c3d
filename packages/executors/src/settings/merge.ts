import { below, branchesBelow, whereOf, type Place } from './expand.js';
import type { Mistake } from './mistake.js';
import { isRecord } from './record.js';
import type { Schema } from './schema.js';

/**
 * `over` laid over `base`: a key given in a nested object leaves its siblings; lists and everything else are replaced as a
 * whole, and so is what its schema says to be one value, or to be of another kind than what was there.
 *
 * @param schemas of the value, with all alternatives
 * @param place of `over`, which messages name
 * @param mistakes gets each list that would take the place of a map, or a map that of a list: its entries would be gone unseen
 */
export function merge(
  base: unknown,
  over: unknown,
  schemas: readonly Schema[],
  place: Place,
  mistakes: Mistake[],
): unknown {
  const [form, other] = [formOf(over), formOf(base)];
  if (form && other && form !== other) {
    const mistake = `is ${form}, and what it is laid over is ${other}`;
    mistakes.push({ where: whereOf(place), mistake, next: `Make both ${form}, or both ${other}.` });
  }
  if (!isRecord(base) || !isRecord(over) || isReplaced(base, over, schemas)) return over;
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const known = branchesBelow(schemas, key);
    merged.set(key, merged.has(key) ? merge(merged.get(key), value, known, below(place, key), mistakes) : value);
  }
  return Object.fromEntries(merged);
}

function formOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'a map' : undefined;
}

function isReplaced(base: Record<string, unknown>, over: Record<string, unknown>, schemas: readonly Schema[]): boolean {
  return schemas.some(({ 'x-merge': how, 'x-kind': kind }) => {
    if (how === 'whole') return true;
    return kind !== undefined && base[kind] !== undefined && over[kind] !== undefined && base[kind] !== over[kind];
  });
}
