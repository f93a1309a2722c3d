import { posix } from 'node:path';

/** The names that kustomize accepts for its file. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Paths as in this file are relative to one root, with slashes. What a kustomization refers to; undefined where there is no such file. */
export type ReadReferences = (file: string) => string[] | undefined;

/** A directory's kustomization. */
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
 * Every file that rendering the kustomization in `directory` reads, its bases and components included, found by reading
 * kustomizations only. What is referred to and missing is among them: its arrival changes the result. What lies outside of the root is
 * left out.
 */
export function kustomizationFiles(read: ReadReferences, directory: string): string[] {
  const files = new Set<string>();
  const visited = new Set<string>();
  /** Whether there is a kustomization. */
  const visit = (at: string): boolean => {
    if (visited.has(at)) return true;
    const found = readKustomization(read, at);
    if (!found) return false;
    visited.add(at);
    files.add(found.file);
    for (const reference of found.references) {
      const path = posix.join(at, reference).replace(/\/$/, '');
      if (path === '..' || path.startsWith('../') || posix.isAbsolute(reference)) continue;
      // Nearly all references are manifests: their names save looking for a kustomization in them.
      if (/\.(ya?ml|json)$/.test(path) || !visit(path)) files.add(path);
    }
    return true;
  };
  visit(directory);
  return [...files].sort();
}
