import micromatch from 'micromatch';

/** The files that a target is made from: globs relative to the workspace root. */
export interface FileInputs {
  include: string[];
  exclude: string[];
}

/** The names of the targets that have one of the files among their inputs, in the order given. Pure. */
export function staleTargets(files: string[], inputs: ReadonlyMap<string, FileInputs>): string[] {
  return [...inputs]
    .filter(([, { include, exclude }]) => micromatch(files, include, { dot: true, ignore: exclude }).length > 0)
    .map(([name]) => name);
}

/**
 * The folders and files to watch so that no input is missed: the fixed part of each glob, without those inside others.
 */
export function watchRoots(inputs: Iterable<FileInputs>): string[] {
  const bases = new Set([...inputs].flatMap(({ include }) => include.map((glob) => micromatch.scan(glob).base || '.')));
  return [...bases]
    .filter((base) => ![...bases].some((other) => other !== base && (other === '.' || base.startsWith(`${other}/`))))
    .sort();
}
