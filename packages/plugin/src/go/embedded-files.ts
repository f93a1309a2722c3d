import { join, posix } from 'node:path';
import { entriesOf, filesBelow } from '../files/list-files.js';

/**
 * Lists the files that a `//go:embed` pattern embeds, and the path itself where nothing is there yet. Paths are
 * relative to the workspace root.
 *
 * @param directory folder of the file with the directive, relative to the workspace root
 */
export function embeddedFiles(workspaceRoot: string, pattern: string, directory: string): string[] {
  const visit = (at: string, [name, ...rest]: string[]): string[] => {
    if (name === undefined) return filesBelow(workspaceRoot, at);
    if (!/[*?[\\]/.test(name)) return visit(posix.join(at, name), rest);
    const fits = toRegExp(name);
    const found = entriesOf(join(workspaceRoot, at)).filter((entry) => fits.test(entry.name));
    return found.flatMap((entry) => visit(posix.join(at, entry.name), rest));
  };
  return visit(directory, pattern.replace(/^all:/, '').split('/').filter(Boolean));
}

/** Converts an element of a pattern of Go's `path.Match`. A malformed one matches everything: go reports it. */
function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\*|\?|\[(\^?)([^\]]*)\]|[.+^${}()|\]\\]/g, (match, escaped?: string) => {
    if (match.startsWith('*')) return '.*';
    if (match === '?') return '.';
    if (match.startsWith('[')) return match;
    return `\\${escaped ?? match}`;
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^/;
  }
}
