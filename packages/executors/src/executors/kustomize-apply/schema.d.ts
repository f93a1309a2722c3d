import type { ExtraManifest } from '../../sources/extra-manifests.js';
import type { HelmRelease } from '../../sources/helm.js';
import type { Patch } from '../../workload/patches.js';

/** Options of the kustomize-apply executor; what they mean and default to stands in schema.json. */
export interface KustomizeApplyOptions {
  manifests?: string;
  extraManifests?: ExtraManifest[];
  helm?: HelmRelease[];
  components?: Record<string, ComponentOptions>;
  image?: string;
  workload?: string;
  container?: string;
  registry?: string;
  agent?: boolean;
  patches?: Patch[];
  transform?: string;
  recreate?: boolean;
  force?: boolean;
  wait?: boolean;
  timeout?: number;
  dryRun?: boolean;
  context?: string;
  allowContexts?: string[];
}

/** What runs beside the controller. */
export interface ComponentOptions {
  enabled?: boolean;
  path: string;
  dependsOn?: string[];
}
