/** Options of the logs executor; what they mean and default to stands in schema.json. */
export interface LogsOptions {
  kustomizeApply?: string;
  selector?: string;
  namespace?: string;
  container?: string;
  since?: string;
  tail?: number;
  follow?: boolean;
  raw?: boolean;
  output?: 'text' | 'json';
  context?: string;
  allowContexts?: string[];
}
