import { posix } from 'node:path';

/**
 * The Nx globs for what a `//go:embed` pattern takes in: the files it matches and everything below the directories it
 * matches. Relative to the module's root, as is `directory`, the folder of the file that has the directive. Pure.
 */
export function embedGlobs(pattern: string, directory: string): string[] {
  const glob = toNxGlob(posix.join(directory, pattern.replace(/^all:/, '')));
  return glob === '.' ? ['**/*'] : [glob, `${glob}/**/*`];
}

/**
 * Go matches by `path.Match`: `*`, `?` and `[^a-z]`, within a path element. Characters that only Nx's globs give a meaning
 * to become `?`, any one character: one file too many is an idle rebuild, one too few a wrong cache hit.
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
