/** Changed value, with the path of the change. */
export interface Mutation {
  path: string;
  value: unknown;
}

/**
 * Lists all values that differ from `value` by one small edit: a scalar changed, a key or item removed, a list
 * reversed.
 */
export function mutations(value: unknown, path = ''): Mutation[] {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const within = items.flatMap((item, i) =>
      mutations(item, `${path}[${i}]`).map((m) => ({ ...m, value: items.with(i, m.value) })),
    );
    const removed = items.map((_, i) => ({ path: `-${path}[${i}]`, value: items.toSpliced(i, 1) }));
    const reversed = items.length > 1 ? [{ path: `reversed ${path}`, value: items.toReversed() }] : [];
    return [...within, ...removed, ...reversed];
  }
  if (typeof value === 'object' && value !== null) {
    const record = value as Record<string, unknown>;
    return Object.entries(record).flatMap(([key, entry]) => {
      const rest = { ...record };
      delete rest[key];
      const below = mutations(entry, path ? `${path}.${key}` : key);
      return [
        ...below.map((m) => ({ ...m, value: { ...record, [key]: m.value } })),
        { path: `-${path ? `${path}.` : ''}${key}`, value: rest },
      ];
    });
  }
  if (typeof value === 'number') return [{ path, value: value + 1 }];
  if (typeof value === 'boolean') return [{ path, value: !value }];
  return value === null ? [] : [{ path, value: `${String(value)}x` }];
}
