import { createRequire } from 'node:module';
import type micromatch from 'micromatch';

const require = createRequire(import.meta.url);

/** Whether the context leaves out a path, which is relative to the context and has slashes. */
export type Ignored = (path: string) => boolean;

/**
 * Parses a `.dockerignore` as Docker does. Patterns are relative to the root of the context and match everything below
 * a matching folder. The last matching pattern decides, so `!` restores files even of an ignored folder. Pure.
 */
export function dockerIgnore(text: string): Ignored {
  // Loaded on first use: every Nx command loads this file, and few read a .dockerignore.
  const { matcher } = require('micromatch') as typeof micromatch;
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
      const negated = line.startsWith('!');
      const pattern = (negated ? line.slice(1).trim() : line).replace(/^\.?\/+/, '').replace(/\/+$/, '');
      return { negated, fits: matcher(withoutGroups(pattern) || '.', { dot: true, nobrace: true, noextglob: true, nonegate: true }) }; // prettier-ignore
    });
  return (path) => {
    const parts = path.split('/');
    const prefixes = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
    return rules.reduce((out, { negated, fits }) => (prefixes.some((prefix) => fits(prefix)) ? !negated : out), false);
  };
}

/** Escapes the characters that are special for micromatch and not for Docker, as in a folder `(web)`. Pure. */
function withoutGroups(pattern: string): string {
  return pattern.replace(/\\.|\[[^\]]*\]|[(){}|+@]/g, (match) => (match.length > 1 ? match : `\\${match}`));
}
