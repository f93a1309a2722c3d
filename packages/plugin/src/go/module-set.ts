import { join, posix, relative, sep } from 'node:path';
import type { Facts } from '../files/facts.js';
import type { GoMod } from './parse-go-mod.js';
import type { GoWork } from './parse-go-work.js';
import { goMod, goWork } from './readers.js';

/** A Go module of the Nx workspace. */
export interface Module extends GoMod {
  /** Directory of its go.mod, relative to the workspace root; `.` for the root itself. */
  root: string;
  /** Path of the go.work that names the module, relative to the workspace root. Go builds its modules together. */
  goWork?: string;
}

/** The Go modules of the Nx workspace, and the go.work files that name them. */
export interface ModuleSet {
  modules: Module[];
  /**
   * By path relative to the workspace root. Each names at least one of the modules. One above the workspace root begins
   * with `../`.
   */
  goWorks: Map<string, GoWork>;
}

/**
 * Reads the modules. A malformed go.mod or go.work is left out and reported in `errors`.
 *
 * @param files paths of go.mod files, relative to the workspace root
 */
export function readModuleSet(
  facts: Facts,
  files: readonly string[],
): { set: ModuleSet; errors: [file: string, error: Error][] } {
  const set: ModuleSet = { modules: [], goWorks: new Map() };
  const errors: [string, Error][] = [];
  const attempt = <T>(file: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      errors.push([file, error as Error]);
      return undefined;
    }
  };

  const read = new Map<string, GoWork | undefined>();
  const readOnce = (file: string) => {
    if (!read.has(file))
      read.set(
        file,
        attempt(file, () => facts.read(file, goWork)),
      );
    return read.get(file);
  };

  // Sorted, because inferred configuration is part of hashes and must not depend on the caller's order.
  for (const file of [...files].sort()) {
    const parsed = attempt(file, () => facts.read(file, goMod));
    if (!parsed) continue;
    const root = posix.dirname(file);
    // Go takes the nearest go.work above a module, even if it does not name the module.
    const nearest = [...ancestors(root), ...above(facts.workspaceRoot)]
      .map((directory) => posix.join(directory, 'go.work'))
      .find(readOnce);
    const content = nearest && read.get(nearest);
    const named =
      content &&
      content.use.some((directory) => fromRoot(facts.workspaceRoot, posix.dirname(nearest), directory) === root);
    if (named) set.goWorks.set(nearest, content);
    set.modules.push({ ...parsed, root, goWork: named ? nearest : undefined });
  }
  return { set, errors };
}

/** A directory and its ancestors up to the workspace root, nearest first. */
function ancestors(directory: string): string[] {
  return directory === '.' ? ['.'] : [directory, ...ancestors(posix.dirname(directory))];
}

/** The folders above the workspace root as relative paths, nearest first: `..`, `../..`. */
function above(workspaceRoot: string): string[] {
  const depth = workspaceRoot.split(sep).filter(Boolean).length;
  return Array.from({ length: depth }, (_, i) =>
    Array(i + 1)
      .fill('..')
      .join('/'),
  );
}

/**
 * A directory of a go.work or of a replacement, relative to the workspace root: `../lib` for one outside of it. Pure.
 *
 * @param base folder that a relative directory starts from, relative to the workspace root
 */
export function fromRoot(workspaceRoot: string, base: string, directory: string): string {
  const path = directory.split('\\').join('/');
  const whole = posix.isAbsolute(path) ? path : join(workspaceRoot, base, path);
  return relative(workspaceRoot, whole).split(sep).join('/') || '.';
}
