import { kustomizationFiles, readKustomization as readIn } from '@nx-kube/executors';
import type { Facts } from '../files/facts.js';
import { kustomization } from '../files/readers.js';

/** Reads the kustomization of a directory. Paths are relative to the workspace root. */
export function readKustomization(facts: Facts, directory: string): { file: string; references: string[] } | undefined {
  return readIn((file) => facts.read(file, kustomization), directory);
}

/**
 * Lists all files that kustomize reads to render `directory`. Paths are relative to the workspace root. Files outside
 * of it are left out, because Nx does not see them.
 */
export function kustomizationInputs(facts: Facts, directory: string): string[] {
  return kustomizationFiles((file) => facts.read(file, kustomization), directory);
}
