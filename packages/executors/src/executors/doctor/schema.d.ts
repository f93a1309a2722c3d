/** Options of the doctor executor; what they mean and default to stands in schema.json. */
export interface DoctorOptions {
  goBuild?: string;
  kustomizeBuild?: string;
  imageBuild?: string;
  kustomizeApply?: string;
  output?: 'text' | 'json';
  context?: string;
  allowContexts?: string[];
}
