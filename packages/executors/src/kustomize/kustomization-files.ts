import { posix } from 'node:path';

/** File names that kustomize accepts. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/**
 * References of a kustomization file, or undefined when it does not exist. Paths are relative to one root, with
 * slashes.
 */
export type ReadReferences = (file: string) => string[] | undefined;

/** Reads the kustomization of a directory. Returns undefined when there is none. */
export function readKustomization(
  read: ReadReferences,
  directory: string,
): { file: string; references: string[] } | undefined {
  for (const name of kustomizationNames) {
    const file = directory === '.' ? name : `${directory}/${name}`;
    const references = read(file);
    if (references) return { file, references };
  }
  return undefined;
}

/**
 * Lists all files that kustomize reads to render `directory`, with its bases and components. Only kustomizations are
 * read. Missing files are listed, too, as their creation changes the result. Files outside of the root are left out.
 *
 * @param outside gets the files outside of the root, as paths that begin with `../`. Default: they are not looked at
 */
export function kustomizationFiles(read: ReadReferences, directory: string, outside?: Set<string>): string[] {
  const files = new Set<string>();
  const add = (path: string) => (isOutside(path) ? outside! : files).add(path);
  const visited = new Set<string>();
  /** Adds the files of a kustomization. Returns whether there is one. */
  const visit = (at: string): boolean => {
    if (visited.has(at)) return true;
    const found = readKustomization(read, at);
    if (!found) return false;
    visited.add(at);
    add(found.file);
    for (const reference of found.references) {
      const path = posix.join(at, reference).replace(/\/$/, '');
      if (posix.isAbsolute(reference) || (isOutside(path) && !outside)) continue;
      // Most references are manifests: their extension saves the look-up of a kustomization in them.
      if (/\.(ya?ml|json)$/.test(path) || !visit(path)) add(path);
    }
    return true;
  };
  visit(directory);
  return [...files].sort();
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith('../');
}
