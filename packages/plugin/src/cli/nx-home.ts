import type { NxJsonConfiguration } from '@nx/devkit';
import type { Tree } from '@nx/devkit';

/**
 * Where Nx and the packages of a workspace are. `installation`: in `.nx/installation`, started by the script `nx`, for
 * repositories without npm. `packages`: in `node_modules`, from package.json.
 */
export type NxHome = 'installation' | 'packages';

/** Reads where Nx is, or where it has to be where the workspace is not set up yet. Pure. */
export function nxHome(tree: Tree, nxJson: NxJsonConfiguration | null): NxHome {
  return nxJson?.installation || !tree.exists('package.json') ? 'installation' : 'packages';
}
