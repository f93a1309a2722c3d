import micromatch from 'micromatch';

/** Globs relative to the workspace root. A path outside of the workspace begins with `../`. */
export interface Fileset {
  include: string[];
  exclude: string[];
}

/** The input files of a target. */
export interface FileInputs extends Fileset {
  /** Files that count although git ignores them or although they are outside of the workspace. Default: none. */
  always?: readonly Fileset[];
}

/** Returns the names of the targets with one of the files among their inputs, in the given order. Pure. */
export function staleTargets(files: string[], inputs: ReadonlyMap<string, FileInputs>): string[] {
  return [...inputs]
    .filter(([, { always = [], ...own }]) => [own, ...always].some((set) => files.some((file) => isIn(set, file))))
    .map(([name]) => name);
}

/** Whether a file is in a fileset. Pure. */
export function isIn(set: Fileset, file: string): boolean {
  return matcherOf(set)(file);
}

/** Compiled filesets: the watcher asks about every path that git ignores. */
const matchers = new WeakMap<Fileset, (file: string) => boolean>();

function matcherOf(set: Fileset): (file: string) => boolean {
  let matcher = matchers.get(set);
  if (!matcher) {
    const options = { dot: true, ignore: set.exclude };
    const each = set.include.map((glob) => micromatch.matcher(glob, options));
    matcher = (file) => each.some((matches) => matches(file));
    matchers.set(set, matcher);
  }
  return matcher;
}

/** Returns the folders and files to watch for all inputs: the fixed part of each glob, without those inside others. */
export function watchRoots(inputs: Iterable<FileInputs>): string[] {
  const globs = [...inputs].flatMap(({ include, always = [] }) =>
    [include, ...always.map((set) => set.include)].flat(),
  );
  const bases = new Set(globs.map(baseOf));
  return [...bases].filter((base) => ![...bases].some((other) => other !== base && holds(other, base))).sort();
}

/** The fixed part of a glob: a folder or file, without escapes. Pure. */
export function baseOf(glob: string): string {
  const names = glob.split('/');
  const end = names.findIndex((name) => /(?<!\\)[*?[\]{}()!|]/.test(name));
  const fixed = end < 0 ? names : names.slice(0, end);
  return fixed.join('/').replace(/\\(.)/g, '$1') || '.';
}

/** Whether a folder holds a path. Both are relative to the workspace root. Pure. */
export function holds(folder: string, path: string): boolean {
  return folder === '.' ? !/^\.\.(\/|$)/.test(path) : path.startsWith(`${folder}/`);
}
