import { existsSync, statSync } from 'node:fs';

/** Escapes a path, so that a glob of Nx, micromatch or tinyglobby matches this path and no other. Pure. */
export function escapeGlob(path: string): string {
  return path.replace(/[\\()[\]{}*?!|]/g, '\\$&');
}

/**
 * Escapes the folders that an absolute glob begins with: names of folders may hold characters that are special in
 * globs, such as `(web)`. Every leading part that exists as written is a folder's name, the rest is a glob. A
 * path that exists as a whole is no glob.
 */
export function escapeFolders(glob: string): string {
  if (existsSync(glob)) return escapeGlob(glob);
  const names = glob.split('/');
  let known = 0;
  while (known < names.length - 1 && isFolder(names.slice(0, known + 1).join('/') || '/')) known += 1;
  return [escapeGlob(names.slice(0, known).join('/')), ...names.slice(known)].join('/');
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
