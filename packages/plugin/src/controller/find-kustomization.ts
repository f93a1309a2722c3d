import { posix } from 'node:path';
import type { Facts } from '../files/facts.js';
import { foldersIn } from '../files/list-files.js';
import { kustomizationInputs, readKustomization } from '../kustomize/kustomization-inputs.js';
import { workloadNames } from '../kustomize/workload-names.js';

/** A kustomization with a controller. */
export interface FoundKustomization {
  /** Directory, relative to the project's root. */
  directory: string;
  /** Names of its workloads, of their containers and of their images. */
  names: string[];
}

/** The directory of kubebuilder's layouts. A project with it is a controller, whatever it holds. */
export const standardKustomization = 'config/default';

/** Other usual directories, the best first. They need a workload: a folder `config` may be about anything. */
const others = ['config', 'config/manager', 'manifests', 'deploy', 'deploy/kustomize', 'kustomize', 'deploy/default'];

/** Directories whose overlays count, where there is exactly one. */
const overlays = [
  'config/overlays',
  'overlays',
  'manifests/overlays',
  'deploy/overlays',
  'deploy/kustomize/overlays',
  'kustomize/overlays',
];

/**
 * Finds the kustomization that deploys a controller. Of several overlays none is chosen.
 *
 * @param root the project's root, relative to the workspace root
 * @param wanted directory of the user's options, relative to the project's root
 */
export function findKustomization(facts: Facts, root: string, wanted?: string): FoundKustomization | undefined {
  const look = (directory: string): FoundKustomization | undefined => {
    const path = posix.join(root, directory);
    if (!readKustomization(facts, path)) return undefined;
    const files = kustomizationInputs(facts, path);
    return { directory, names: files.flatMap((file) => facts.read(file, workloadNames) ?? []) };
  };
  // The option of the target wins over what is found, but only where there is a target.
  const found =
    look(standardKustomization) ??
    (wanted === undefined ? undefined : (look(wanted) ?? { directory: wanted, names: [] }));
  if (found) return found;
  const withWorkload = (directory: string) => {
    const kustomization = look(directory);
    return kustomization?.names.length ? kustomization : undefined;
  };
  for (const directory of others) {
    const kustomization = withWorkload(directory);
    if (kustomization) return kustomization;
  }
  const each = overlays.flatMap((folder) =>
    foldersIn(facts.workspaceRoot, posix.join(root, folder)).map((name) => posix.join(folder, name)),
  );
  const all = each.flatMap((directory) => withWorkload(directory) ?? []);
  return all.length === 1 ? all[0] : undefined;
}
