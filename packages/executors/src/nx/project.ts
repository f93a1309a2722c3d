import { isAbsolute, join, posix } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { NxKubeError } from '@nx-kube/cluster';

/** The project that a target runs for. */
export interface Project {
  name: string;
  /** Absolute. */
  workspaceRoot: string;
  /** Relative to the workspace root, with slashes; `.` for a project that is the workspace. */
  root: string;
  /** `root`, absolute. */
  directory: string;
}

/** @throws NxKubeError (bug) when Nx gives no project */
export function projectOf(context: ExecutorContext): Project {
  const { projectName: name, root: workspaceRoot } = context;
  const root = name && context.projectsConfigurations.projects[name]?.root;
  if (!name || root === undefined) throw new NxKubeError('bug', 'Nx ran an executor without a project');
  return { name, workspaceRoot, root: posix.normalize(root || '.'), directory: join(workspaceRoot, root) };
}

/** An option that is relative to the workspace root, as an absolute path. */
export function workspacePath(project: Project, option: string): string {
  const path = fillIn(project, option);
  return isAbsolute(path) ? path : join(project.workspaceRoot, path);
}

/**
 * An option that is relative to the project's root, as an absolute path. Nx has already replaced `{projectRoot}` in
 * options that stand in a project's configuration, so a path that begins with the project's root is taken from the
 * workspace.
 */
export function projectPath(project: Project, option: string): string {
  const path = fillIn(project, option);
  if (isAbsolute(path)) return path;
  // What Nx leaves of `{workspaceRoot}`.
  if (path === '') return project.workspaceRoot;
  const fromWorkspace = project.root !== '.' && `${posix.normalize(path)}/`.startsWith(`${project.root}/`);
  return join(fromWorkspace ? project.workspaceRoot : project.directory, path);
}

/** Nx replaces these placeholders in given options, but not in the defaults of a schema. */
function fillIn({ workspaceRoot, root, name }: Project, option: string): string {
  return option
    .replaceAll('{workspaceRoot}', workspaceRoot)
    .replaceAll('{projectRoot}', root)
    .replaceAll('{projectName}', name);
}
