import { kustomizationFiles, readKustomization as readIn } from '@nx-kube/executors';
import type { Facts } from '../files/facts.js';
import { kustomization } from '../files/readers.js';

/** A directory's kustomization; paths are relative to the workspace root. */
export function readKustomization(facts: Facts, directory: string): { file: string; references: string[] } | undefined {
  return readIn((file) => facts.read(file, kustomization), directory);
}

/**
 * Every file that rendering the kustomization in `directory` reads. Paths are relative to the workspace root; what lies outside of it is
 * left out, for Nx does not see it.
 */
export function kustomizationInputs(facts: Facts, directory: string): string[] {
  return kustomizationFiles((file) => facts.read(file, kustomization), directory);
}
