import { posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import { kustomization } from '../files/readers.js';

/** The names that kustomize accepts for its file. */
const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** A directory's kustomization; paths are relative to the workspace root. */
export function readKustomization(facts: Facts, directory: string): { file: string; references: string[] } | undefined {
  for (const name of kustomizationNames) {
    const file = directory === '.' ? name : `${directory}/${name}`;
    const references = facts.read(file, kustomization);
    if (references) return { file, references };
  }
  return undefined;
}

/**
 * Every file that rendering the kustomization in `directory` reads, its bases and components included, found by reading
 * kustomizations only. What is referred to and missing is among them: its arrival changes the result. Paths are
 * relative to the workspace root; what lies outside of it is left out, for Nx does not see it.
 */
export function kustomizationInputs(facts: Facts, directory: string): string[] {
  const files = new Set<string>();
  const visited = new Set<string>();
  /** Whether there is a kustomization. */
  const visit = (at: string): boolean => {
    if (visited.has(at)) return true;
    const found = readKustomization(facts, at);
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
