/**
 * Parses `path` or `key=path` as kubectl's --from-file does: neither part can hold a `=`. Without a key, the file's
 * name is the key; in a folder, each file's name is. Pure.
 */
export function parseFileSource(source: string): { key?: string; path: string } | { mistake: string } {
  const parts = source.split('=');
  if (parts.length === 1) return { path: source };
  if (parts.length > 2) return { mistake: 'has more than one =, but neither a key nor a path can hold one' };
  const [key, path] = parts as [string, string];
  if (key === '') return { mistake: 'has no key before the =' };
  if (path === '') return { mistake: 'has no path after the =' };
  return { key, path };
}
