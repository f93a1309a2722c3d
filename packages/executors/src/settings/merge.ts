import { below, branchesBelow, whereOf, type Place } from './expand.js';
import type { Mistake } from './mistake.js';
import { isRecord } from './record.js';
import type { Schema } from './schema.js';

/**
 * Merges `over` into `base` and returns the result. Maps merge key by key; lists and scalars are replaced as a whole.
 * A map is also replaced as a whole if its schema says `"x-merge": "whole"`, or if its `x-kind` field changes.
 *
 * @param schemas schemas of the value, alternatives included
 * @param place place of `over`, for messages
 * @param mistakes receives each list that would replace a map, and the reverse: entries would be lost silently
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
    const mistake = `is ${form}, but the option that it overrides is ${other}`;
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
