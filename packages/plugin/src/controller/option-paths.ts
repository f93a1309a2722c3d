import { posix } from 'node:path';

/** What tokens in options stand for. */
export interface Tokens {
  /** The project's name. */
  project: string;
  /** The project's, relative to the workspace root; `.` for the root itself. */
  root: string;
}

/** An option that is relative to the workspace root, as a path relative to it; an absolute one stays as it is. Pure. */
export function workspacePath(option: string, tokens: Tokens): string {
  return posix.normalize(fillIn(option, tokens));
}

/**
 * An option that is relative to the project's root, as a path relative to the workspace root. As in the executors, which get
 * it with its tokens replaced, a path that begins with the project's root is taken from the workspace. Pure.
 */
export function projectPath(option: string, tokens: Tokens): string {
  const path = posix.normalize(fillIn(option, tokens) || '.');
  if (posix.isAbsolute(path)) return path;
  return isFromWorkspace(option, tokens) ? path : posix.join(tokens.root, path);
}

/** Whether an option that is relative to the project's root is taken from the workspace all the same. Pure. */
export function isFromWorkspace(option: string, tokens: Tokens): boolean {
  const path = fillIn(option, tokens);
  return path === '' || `${posix.normalize(path)}/`.startsWith(`${tokens.root}/`);
}

/** What Nx makes of the tokens; nothing is left of `{workspaceRoot}`. */
function fillIn(option: string, { project, root }: Tokens): string {
  return option
    .replace(/^\{workspaceRoot\}\/?/, '')
    .replaceAll('{projectRoot}', root)
    .replaceAll('{projectName}', project);
}
