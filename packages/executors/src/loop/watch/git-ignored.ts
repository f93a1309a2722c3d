import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Folders that are never a target's input, also where no .gitignore names them. */
const never = new Set(['.git', 'node_modules', '.nx']);

/**
 * Returns a test for paths below `root` that git ignores. Each .gitignore counts for the paths below its folder, and an
 * ignored folder ignores all paths in it. Each .gitignore is read once, synchronously: the watcher asks while it walks
 * the tree at the start.
 */
export function gitIgnored(root: string): (path: string, isDirectory: boolean) => boolean {
  const rules = new Map<string, Ignore | undefined>();
  const rulesIn = (directory: string) => {
    if (!rules.has(directory)) rules.set(directory, readRules(directory));
    return rules.get(directory);
  };
  const verdicts = new Map<string, boolean>();

  const isIgnored = (path: string, isDirectory: boolean): boolean => {
    const inside = relative(root, path);
    if (!inside || inside.startsWith('..')) return false;
    const names = inside.split(sep);
    if (names.some((name) => never.has(name))) return true;
    const parent = dirname(path);
    if (parent !== root) {
      const known = verdicts.get(parent) ?? isIgnored(parent, true);
      verdicts.set(parent, known);
      if (known) return true;
    }
    let verdict = false;
    // From the root down: a deeper .gitignore has the last word.
    for (let depth = 0, at = root; depth < names.length; at = join(at, names[depth]!), depth += 1) {
      const name = names.slice(depth).join('/') + (isDirectory ? '/' : '');
      const { ignored, unignored } = rulesIn(at)?.test(name) ?? { ignored: false, unignored: false };
      if (ignored) verdict = true;
      if (unignored) verdict = false;
    }
    return verdict;
  };
  return isIgnored;
}

function readRules(directory: string): Ignore | undefined {
  try {
    return ignore().add(readFileSync(join(directory, '.gitignore'), 'utf8'));
  } catch {
    return undefined;
  }
}
