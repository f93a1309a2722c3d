import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** Large folders of tools, which no target reads. */
const never = new Set(['.git', 'node_modules', '.nx']);

/**
 * Lists a directory, or returns nothing when it is unreadable or missing. Such a directory, for example a database's
 * volume, must not stop every Nx command. If a target needs it, its tool reports the problem.
 */
export function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code!)) return [];
    throw error;
  }
}

export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Lists the names of the folders in a directory, sorted.
 *
 * @param root absolute path that `path` is relative to
 */
export function foldersIn(root: string, path: string): string[] {
  return entriesOf(join(root, path))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/**
 * Lists all files below a directory, with its path before their names. A path that is no directory is listed itself,
 * also if it does not exist.
 *
 * @param root absolute path that `path` is relative to
 */
export function filesBelow(root: string, path: string): string[] {
  if (!isDirectory(join(root, path))) return [path];
  return entriesOf(join(root, path)).flatMap((entry) => {
    if (never.has(entry.name)) return [];
    const within = path === '.' ? entry.name : `${path}/${entry.name}`;
    // A symbolic link is listed itself: a link to a parent has no end.
    return entry.isDirectory() ? filesBelow(root, within) : [within];
  });
}
