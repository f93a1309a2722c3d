/** A path mapping of a debugger: `from` in the editor, `to` in the binary. */
export interface PathMapping {
  from: string;
  to: string;
}

/** A Go module of the workspace. */
export interface Module {
  /** Module path, from go.mod. */
  path: string;
  /** Folder of the module, relative to the workspace root; `.` for the root. */
  root: string;
}

const workspace = '${workspaceFolder}';

/**
 * Maps source paths on this machine to those in the binary. Go writes the absolute paths of the build; with `-trimpath`
 * it writes the module's path in place of its folder. Pure.
 */
export function pathMappings(modules: readonly Module[], trimpath: boolean): PathMapping[] {
  if (!trimpath) return [{ from: workspace, to: workspace }];
  // The first match counts, so a nested module comes before the module around it.
  return [...modules]
    .sort((a, b) => b.root.length - a.root.length)
    .map(({ path, root }) => ({ from: root === '.' ? workspace : `${workspace}/${root}`, to: path }));
}
