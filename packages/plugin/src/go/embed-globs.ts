import { posix } from 'node:path';
import { nxGlob } from '../files/nx-glob.js';

/**
 * The Nx globs for a `//go:embed` pattern: the matching files, and everything below the matching directories. Globs are
 * relative to the module's root. Pure.
 *
 * @param directory folder of the file with the directive, relative to the module's root
 */
export function embedGlobs(pattern: string, directory: string): string[] {
  const glob = posix.join(nxGlob(directory), toNxGlob(pattern.replace(/^all:/, '')));
  return glob === '.' ? ['**/*'] : [glob, `${glob}/**/*`];
}

/**
 * Converts a pattern of Go's `path.Match` (`*`, `?` and `[^a-z]` within a path element). Characters that are special
 * only in Nx's globs become `?`, any one character. One file too many costs a rebuild; one too few would be a wrong
 * cache hit.
 */
function toNxGlob(pattern: string): string {
  return pattern.replace(
    /\\.|\*+|\[(\^?)([^\]]*)\]|[{}()+@!|]/g,
    (match, negation: string | undefined, set: string) => {
      if (match.startsWith('*')) return '*';
      if (match.startsWith('[')) return `[${negation ? '!' : ''}${set}]`;
      return '?';
    },
  );
}
