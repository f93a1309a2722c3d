import { posix } from 'node:path';
import { kustomizationFiles, readKustomization as readIn } from '@nx-kube/executors';
import type { Facts } from '../files/facts.js';
import { filesBelow } from '../files/list-files.js';
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

/**
 * Lists all files that kustomize reads to render `directory`, relative to the workspace root: also those outside of it,
 * which begin with `../`, and those of local charts.
 */
export function kustomizationReads(facts: Facts, directory: string): string[] {
  const outside = new Set<string>();
  const files = kustomizationFiles((file) => facts.read(file, kustomization), directory, outside);
  const all = [...files, ...outside];
  const charts = all.filter(isChart).flatMap((file) => filesBelow(facts.workspaceRoot, posix.dirname(file)));
  return [...new Set([...all, ...charts])].sort();
}

/** Whether a file stands for a chart, all of whose files are read. Pure. */
export function isChart(file: string): boolean {
  return posix.basename(file) === 'Chart.yaml';
}
