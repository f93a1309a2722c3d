import micromatch from 'micromatch';

/** The input files of a target: globs relative to the workspace root. */
export interface FileInputs {
  include: string[];
  exclude: string[];
}

/** Returns the names of the targets with one of the files among their inputs, in the given order. Pure. */
export function staleTargets(files: string[], inputs: ReadonlyMap<string, FileInputs>): string[] {
  return [...inputs]
    .filter(([, { include, exclude }]) => micromatch(files, include, { dot: true, ignore: exclude }).length > 0)
    .map(([name]) => name);
}

/** Returns the folders and files to watch for all inputs: the fixed part of each glob, without those inside others. */
export function watchRoots(inputs: Iterable<FileInputs>): string[] {
  const bases = new Set([...inputs].flatMap(({ include }) => include.map((glob) => micromatch.scan(glob).base || '.')));
  return [...bases]
    .filter((base) => ![...bases].some((other) => other !== base && (other === '.' || base.startsWith(`${other}/`))))
    .sort();
}
