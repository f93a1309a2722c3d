import { dirname, sep } from 'node:path';
import { watch, type WatchOptions } from './watch.js';

/**
 * Watches files by name, and the files in folders by name, whether they are there or not, and whether git ignores them
 * or not. Their folders have to be there.
 *
 * @param paths absolute
 */
export function watchFiles(
  paths: readonly string[],
  options: Pick<WatchOptions, 'workspaceRoot' | 'quietMs' | 'signal' | 'onEdit' | 'onError'>,
): Promise<void> {
  const wanted = new Set(paths);
  const roots = new Set(paths.flatMap((path) => [dirname(path), path]));
  const isWanted = (path: string) => roots.has(path) || wanted.has(dirname(path));
  if (!paths.length) return Promise.resolve();
  return watch({ ...options, roots: [...roots], depth: 0, ignored: (path) => !isWanted(path.replaceAll('/', sep)) });
}

/** Whether a file is one of those by name, or lies in a folder by name. Pure. */
export function isOneOf(paths: readonly string[], file: string): boolean {
  return paths.includes(file) || paths.includes(dirname(file));
}
