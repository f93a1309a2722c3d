import { createHash } from 'node:crypto';

/** The tag of an image: 16 hex digits of a digest of its inputs. The order of keys has no effect. Pure. */
export function contentTag(parts: object): string {
  const text = JSON.stringify(parts, (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
