/** Options of the down executor; what they mean and default to stands in schema.json. */
export interface DownOptions {
  kustomizeApply?: string;
  crds?: boolean;
  namespaces?: boolean;
  persistentVolumeClaims?: boolean;
  timeout?: number;
  context?: string;
  allowContexts?: string[];
}
