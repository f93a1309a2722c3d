import { dirname, sep } from 'node:path';
import { watch, type WatchOptions } from './watch.js';

/**
 * Watches named files, and the files in named folders, also those that do not exist yet or that git ignores. The parent
 * folders must exist.
 *
 * @param paths absolute paths
 */
export async function watchFiles(
  paths: readonly string[],
  options: Pick<WatchOptions, 'workspaceRoot' | 'quietMs' | 'signal' | 'onEdit' | 'onError'>,
): Promise<void> {
  const wanted = new Set(paths);
  const roots = new Set(paths.flatMap((path) => [dirname(path), path]));
  const isWanted = (path: string) => roots.has(path) || wanted.has(dirname(path));
  if (!paths.length) return;
  await watch({ ...options, roots: [...roots], depth: 0, ignored: (path) => !isWanted(path.replaceAll('/', sep)) });
}

/** Whether a file is one of the named paths, or lies in a named folder. Pure. */
export function isOneOf(paths: readonly string[], file: string): boolean {
  return paths.includes(file) || paths.includes(dirname(file));
}
