import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Folders that Nx never sees, also where no file says so. */
const never = new Set(['.git', '.jj', 'node_modules', '.nx']);

/** What rules say about a path; undefined where none matches. */
type Verdict = 'ignored' | 'unignored' | undefined;

/**
 * Returns a test for paths below `root` that Nx does not see, because git ignores them or a .nxignore names them. Each
 * ignore file counts for the paths below its folder, and an ignored folder ignores all paths in it. As for Nx,
 * `.nxignore` wins over `.gitignore`, and that over git's own excludes of the repository and of the user. Each file is
 * read once, synchronously: the watcher asks while it walks the tree at the start.
 */
export function gitIgnored(root: string): (path: string, isDirectory?: boolean) => boolean {
  const top = repositoryOf(root);
  const excludes = [join(top, '.git', 'info', 'exclude'), userExcludes()].map((file) => ({
    at: top,
    ...readRules(file),
  }));
  const chains = new Map<string, Record<'.nxignore' | '.gitignore', PlacedRules[]>>();
  /** The rules that count for the paths in a folder. A deeper file comes later: it has the last word. */
  const chainsOf = (folder: string): Record<'.nxignore' | '.gitignore', PlacedRules[]> => {
    const known = chains.get(folder);
    if (known) return known;
    const above = folder === top ? { '.nxignore': [], '.gitignore': [] } : chainsOf(dirname(folder));
    const within = (name: '.nxignore' | '.gitignore') => {
      const rules = readRules(join(folder, name));
      return rules.endings.length ? [...above[name], { at: folder, ...rules }] : above[name];
    };
    const made = { '.nxignore': within('.nxignore'), '.gitignore': within('.gitignore') };
    chains.set(folder, made);
    return made;
  };
  const ignoredFolders = new Map<string, boolean>();

  const isIgnored = (path: string, isDirectory = false): boolean => {
    if (!path.startsWith(`${root}${sep}`)) return false;
    const end = path.lastIndexOf(sep);
    if (never.has(path.slice(end + 1))) return true;
    const parent = path.slice(0, end);
    if (parent !== root) {
      const known = ignoredFolders.get(parent) ?? isIgnored(parent, true);
      ignoredFolders.set(parent, known);
      if (known) return true;
    }
    const verdictOf = (rules: readonly PlacedRules[]): Verdict => {
      for (let i = rules.length - 1; i >= 0; i -= 1) {
        const verdict = verdictBy(rules[i]!, path, isDirectory);
        if (verdict) return verdict;
      }
      return undefined;
    };
    const { '.nxignore': byNx, '.gitignore': byGit } = chainsOf(parent);
    return (verdictOf(byNx) ?? verdictOf(byGit) ?? verdictOf([...excludes].reverse())) === 'ignored';
  };
  return isIgnored;
}

/** The rules of one file. */
interface Rules {
  tester: Ignore;
  /** What the names of matching paths end with, one for each rule: most paths match none, which this tells quickly. */
  endings: string[];
}

interface PlacedRules extends Rules {
  /** Absolute path of the folder whose paths the rules are about. */
  at: string;
}

/** The verdict for the path itself: its folder is known to be seen, whatever these rules say about that. */
function verdictBy({ at, tester, endings }: PlacedRules, path: string, isDirectory: boolean): Verdict {
  if (!endings.some((ending) => path.endsWith(ending))) return undefined;
  const name = path
    .slice(at === sep ? 1 : at.length + 1)
    .split(sep)
    .join('/');
  const { ignored, unignored } = tester.test(isDirectory ? `${name}/` : name);
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  if (ignored) return folder && tester.test(folder).ignored ? undefined : 'ignored';
  return unignored ? 'unignored' : undefined;
}

/** The root of the git repository that holds a folder. Without a repository, the ignore files of all parents count. */
function repositoryOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (at === dirname(at) || existsSync(join(at, '.git'))) return at;
  }
}

/** The file of ignored paths that the user's git configuration names, or git's default for it. */
function userExcludes(): string {
  const home = process.env['HOME'] || homedir();
  const config = process.env['XDG_CONFIG_HOME'] || join(home, '.config');
  for (const file of [join(home, '.gitconfig'), join(config, 'git', 'config')]) {
    const named = /^\s*excludesfile\s*=\s*"?([^"\n]+?)"?\s*$/im.exec(read(file) ?? '')?.[1];
    if (named) return named.replace(/^~(?=\/)/, home);
  }
  return join(config, 'git', 'ignore');
}

function readRules(file: string): Rules {
  const text = read(file) ?? '';
  const lines = text.split(/\r?\n/).filter((line) => line.trim() && !line.startsWith('#'));
  return { tester: ignore({ ignorecase: false }).add(text), endings: lines.map(endingOf) };
}

/** What the names of all paths that match a rule end with: nothing where the rule ends with a wildcard. Pure. */
function endingOf(rule: string): string {
  const [ending] = /[^*?[\]\\/!]*$/.exec(rule.trimEnd().replace(/\/$/, ''))!;
  return ending;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
