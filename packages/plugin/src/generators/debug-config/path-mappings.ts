/** What a debugger has to replace: a path as the editor knows it, and as it stands in the binary. */
export interface PathMapping {
  from: string;
  to: string;
}

/** A Go module of the workspace. */
export interface Module {
  /** Its path, as go.mod has it. */
  path: string;
  /** Its folder, relative to the workspace root; `.` for the root. */
  root: string;
}

const workspace = '${workspaceFolder}';

/**
 * How paths of sources here become those in the binary. Go writes them in full, as they were where it was built; with `-trimpath` the
 * module's path stands in place of its folder. Pure.
 */
export function pathMappings(modules: readonly Module[], trimpath: boolean): PathMapping[] {
  if (!trimpath) return [{ from: workspace, to: workspace }];
  // The first that fits counts: a module within another's folder comes before that.
  return [...modules]
    .sort((a, b) => b.root.length - a.root.length)
    .map(({ path, root }) => ({ from: root === '.' ? workspace : `${workspace}/${root}`, to: path }));
}
