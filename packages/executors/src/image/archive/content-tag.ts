import { createHash } from 'node:crypto';

/** The tag of an image: the start of a digest of what it is made from. The order of keys does not count. Pure. */
export function contentTag(parts: object): string {
  const text = JSON.stringify(parts, (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
