/** Options of the image-restart executor; what they mean and default to stands in schema.json. */
export interface ImageRestartOptions {
  kustomizeApply?: string;
  binary?: string;
  gracePeriod?: number;
  timeout?: number;
  context?: string;
  allowContexts?: string[];
}
