/**
 * A path as a glob of Nx, which matches this path. Each character that is special in globs becomes `?`, any one
 * character: it is the only form that every version of Nx understands in inputs and outputs. One file too many costs a
 * rebuild; one too few would be a wrong cache hit. Pure.
 */
export function nxGlob(path: string): string {
  return path.replace(/[\\()[\]{}*?!|]/g, '?');
}
