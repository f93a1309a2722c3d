import { posix } from 'node:path';

/** Values of the tokens in options. */
export interface Tokens {
  /** Name of the project. */
  project: string;
  /** Root of the project, relative to the workspace root; `.` for the root itself. */
  root: string;
}

/**
 * Resolves an option relative to the workspace root. Returns a path relative to it; an absolute path stays the same.
 * Pure.
 */
export function workspacePath(option: string, tokens: Tokens): string {
  return posix.normalize(fillIn(option, tokens));
}

/**
 * Resolves an option relative to the project's root. Returns a path relative to the workspace root. A path that begins
 * with the project's root is relative to the workspace. The executors do the same with options in which Nx has replaced
 * the tokens. Pure.
 */
export function projectPath(option: string, tokens: Tokens): string {
  const path = posix.normalize(fillIn(option, tokens) || '.');
  if (posix.isAbsolute(path)) return path;
  return isFromWorkspace(option, tokens) ? path : posix.join(tokens.root, path);
}

/** Whether an option that is relative to the project's root counts as relative to the workspace. Pure. */
export function isFromWorkspace(option: string, tokens: Tokens): boolean {
  const path = fillIn(option, tokens);
  return path === '' || `${posix.normalize(path)}/`.startsWith(`${tokens.root}/`);
}

/** Replaces the tokens as Nx does, and removes `{workspaceRoot}`. */
function fillIn(option: string, { project, root }: Tokens): string {
  return option
    .replace(/^\{workspaceRoot\}\/?/, '')
    .replaceAll('{projectRoot}', root)
    .replaceAll('{projectName}', project);
}
