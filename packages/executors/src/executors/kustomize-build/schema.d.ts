/** Options of the kustomize-build executor; what they mean and default to stands in schema.json. */
export interface KustomizeBuildOptions {
  path?: string;
  output?: string;
  enableHelm?: boolean;
  loadRestrictor?: 'LoadRestrictionsRootOnly' | 'LoadRestrictionsNone';
}
