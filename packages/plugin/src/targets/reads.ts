import type { TargetConfiguration } from '@nx/devkit';
import { escapeGlob } from '@nx-kube/executors';
import { nxGlob } from '../files/nx-glob.js';
import { notCached, type HiddenFile } from '../files/visibility.js';

/** Globs relative to the workspace root. A path outside of the workspace begins with `../`. */
export interface Fileset {
  include: string[];
  exclude: string[];
}

/** Whether Nx reads a path as it is where it expects a glob. Pure. */
export function isPlain(path: string): boolean {
  return nxGlob(path) === path;
}

/**
 * The root of a project for globs of inputs and outputs. Nx replaces `{projectRoot}` and then reads the whole as a
 * glob, so the name of a folder with special characters is written out and escaped. Pure.
 */
export function inRoot(root: string): string {
  return isPlain(root) ? '{projectRoot}' : `{workspaceRoot}/${nxGlob(root)}`;
}

/**
 * Adds to a target what Nx does not see of its files. With a hidden file it is not cached. The loop watches
 * `alsoReads`, and executors print `notCached`. Pure.
 */
export function withReads(
  target: TargetConfiguration,
  { alsoReads, hidden }: { alsoReads: readonly Fileset[]; hidden: readonly HiddenFile[] },
): TargetConfiguration {
  const reason = notCached(hidden);
  return {
    ...target,
    ...(reason && { cache: false }),
    metadata: { ...target.metadata, ...(alsoReads.length && { alsoReads }), ...(reason && { notCached: reason }) },
  };
}

/** Hidden files as a fileset: each may be a folder. Pure. */
export function filesetOf(paths: readonly string[]): Fileset {
  return { include: paths.map(escapeGlob).flatMap((path) => [path, `${path}/**/*`]), exclude: [] };
}
