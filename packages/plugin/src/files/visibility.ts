import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { gitIgnored } from '@nx-kube/executors';

/** A file that a target reads and Nx cannot hash. */
export interface HiddenFile {
  /** Path relative to the workspace root, as the target reads it. */
  path: string;
  why: 'ignored' | 'outside';
}

/** What Nx sees of files that a target reads. */
export interface Seen {
  hidden: HiddenFile[];
  /** Files of the workspace to which symbolic links lead, relative to its root. Nx hashes only a link itself. */
  linked: string[];
}

/**
 * Tells which files Nx can hash. Nx leaves out files that git or a .nxignore ignores, those outside of the workspace,
 * and what symbolic links lead to. One instance serves one computation of the graph.
 */
export class Visibility {
  private readonly root: string;
  private readonly isIgnored: (path: string, isDirectory?: boolean) => boolean;
  private readonly realFolders = new Map<string, string>();
  /** Absolute paths that are known to be files. */
  private readonly files = new Set<string>();

  constructor(workspaceRoot: string) {
    this.root = realPath(workspaceRoot);
    this.isIgnored = gitIgnored(this.root);
  }

  /** Whether git ignores a folder as a whole. */
  isIgnoredFolder(path: string): boolean {
    return this.isIgnored(this.realPathOf(path), true);
  }

  /** @param paths files and folders that may not exist yet, relative to the workspace root */
  look(paths: Iterable<string>): Seen {
    const seen: Seen = { hidden: [], linked: [] };
    for (const path of new Set(paths)) {
      if (seen.hidden.some((folder) => path.startsWith(`${folder.path}/`))) continue;
      const real = this.realPathOf(path);
      const inside = this.fromRoot(real);
      if (inside === undefined) seen.hidden.push({ path, why: 'outside' });
      else if (this.isHidden(real)) seen.hidden.push({ path, why: 'ignored' });
      else if (inside !== path) seen.linked.push(inside);
    }
    return seen;
  }

  private fromRoot(path: string): string | undefined {
    if (path === this.root) return '.';
    return path.startsWith(`${this.root}${sep}`)
      ? path
          .slice(this.root.length + 1)
          .split(sep)
          .join('/')
      : undefined;
  }

  /** Whether git ignores a path, or would ignore it once it is made. */
  private isHidden(real: string): boolean {
    return this.isIgnored(real) || (!this.files.has(real) && this.isIgnored(real, true));
  }

  /** Each folder is looked up once: a module has many files in one folder. */
  private realPathOf(path: string): string {
    const whole = path.startsWith('..') ? resolve(this.root, path) : `${this.root}${sep}${path}`;
    const end = whole.lastIndexOf(sep);
    const folder = whole.slice(0, end);
    let real = this.realFolders.get(folder);
    if (real === undefined) this.realFolders.set(folder, (real = realPath(folder)));
    const status = statusOf(whole);
    if (status?.isSymbolicLink()) return realPath(whole);
    const at = `${real}${whole.slice(end)}`;
    if (status?.isFile()) this.files.add(at);
    return at;
  }
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** The path without symbolic links; the part that does not exist stays as it is. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** One sentence that says why a target is not cached; undefined where Nx sees all files. Pure. */
export function notCached(hidden: readonly HiddenFile[]): string | undefined {
  const [first] = hidden;
  if (!first) return undefined;
  const more = hidden.length > 1 ? ` (and ${hidden.length - 1} more)` : '';
  const why = first.why === 'outside' ? 'is outside of the workspace' : 'is ignored by git or .nxignore';
  return `it reads ${first.path}${more}, which ${why}, so Nx cannot hash it.`;
}
