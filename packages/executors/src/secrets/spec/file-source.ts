/**
 * Reads `path` or `key=path` as kubectl's --from-file does: an `=` can be in neither. Without a key it is the file's name, or
 * for a folder the names of its files.
 */
export function parseFileSource(source: string): { key?: string; path: string } | { mistake: string } {
  const parts = source.split('=');
  if (parts.length === 1) return { path: source };
  if (parts.length > 2) return { mistake: 'has more than one =, which neither key nor path can have' };
  const [key, path] = parts as [string, string];
  if (key === '') return { mistake: 'has no key before the =' };
  if (path === '') return { mistake: 'has no path after the =' };
  return { key, path };
}
