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
  const always = all.flatMap((each) => each.always ?? []).map(place);
  const isIgnored = gitIgnored(workspaceRoot);
  return {
    roots: watchRoots(all),
    ignored: (path, isDirectory) => {
      const inside = relative(workspaceRoot, path).split(sep).join('/') || '.';
      if (!isIgnored(path, isDirectory) && !/^\.\.(\/|$)/.test(inside)) return false;
      const mayBeFolder = isDirectory !== false;
      return !always.some((set) => isIn(set.files, inside) || (mayBeFolder && mayHold(set, inside)));
    },
  };
}

/** A fileset, and where its files may lie. */
interface Place {
  files: Fileset;
  /** The files that it leaves out. */
  without: Fileset;
  /** The fixed part of each glob, and whether it has files below that. */
  bases: { base: string; isDeep: boolean }[];
}

function place(files: Fileset): Place {
  const bases = files.include.map((glob) => ({ base: baseOf(glob), isDeep: glob.includes('*') }));
  return { files, without: { include: files.exclude, exclude: [] }, bases };
}

/** Whether a folder may hold files of a fileset. Pure. */
function mayHold({ bases, without }: Place, folder: string): boolean {
  const isOnTheWay = bases.some(
    ({ base, isDeep }) => base === folder || holds(folder, base) || (isDeep && holds(base, folder)),
  );
  return isOnTheWay && !isIn(without, `${folder}/file.go`);
}
