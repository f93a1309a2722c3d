import micromatch from 'micromatch';

/** Whether a path of a build context, relative and with slashes, is left out. */
export type Ignored = (path: string) => boolean;

/**
 * Reads a `.dockerignore` as Docker does: patterns are from the root of the context, a pattern also covers everything below
 * what it fits, and the last one that fits decides, so that `!` brings back files even of a folder that is left out. Pure.
 */
export function dockerIgnore(text: string): Ignored {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const negated = line.startsWith('!');
      const pattern = (negated ? line.slice(1).trim() : line).replace(/^\.?\/+/, '').replace(/\/+$/, '');
      return { negated, fits: micromatch.matcher(pattern || '.', { dot: true, nobrace: true, noextglob: true, nonegate: true }) }; // prettier-ignore
    });
  return (path) => {
    const parts = path.split('/');
    const prefixes = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
    return rules.reduce((out, { negated, fits }) => (prefixes.some((prefix) => fits(prefix)) ? !negated : out), false);
  };
}
