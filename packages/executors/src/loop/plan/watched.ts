import { relative, sep } from 'node:path';
import { gitIgnored } from '../watch/git-ignored.js';
import { baseOf, holds, isIn, watchRoots, type FileInputs, type Fileset } from './stale-targets.js';

/** What to watch for the inputs of all targets. */
export interface Watched {
  /** Folders and files, relative to the workspace root. */
  roots: string[];
  /** Whether an absolute path is left out. */
  ignored: (path: string, isDirectory?: boolean) => boolean;
}

/**
 * Returns what to watch for the inputs. Files that git ignores, and files outside of the workspace, are watched only
 * where a target always reads them.
 */
export function watched(workspaceRoot: string, inputs: Iterable<FileInputs>): Watched {
  const all = [...inputs];
  const always = all.flatMap((each) => each.always ?? []);
  const isIgnored = gitIgnored(workspaceRoot);
  return {
    roots: watchRoots(all),
    ignored: (path, isDirectory) => {
      const inside = relative(workspaceRoot, path).split(sep).join('/') || '.';
      if (!isIgnored(path, isDirectory) && !/^\.\.(\/|$)/.test(inside)) return false;
      const mayBeFolder = isDirectory !== false;
      return !always.some((set) => isIn(set, inside) || (mayBeFolder && mayHold(set, inside)));
    },
  };
}

/** Whether a folder may hold files of a fileset. Pure. */
export function mayHold({ include, exclude }: Fileset, folder: string): boolean {
  const isOnTheWay = include.some((glob) => {
    const base = baseOf(glob);
    return base === folder || holds(folder, base) || (holds(base, folder) && glob.includes('*'));
  });
  return isOnTheWay && !isIn({ include: exclude, exclude: [] }, `${folder}/file.go`);
}
