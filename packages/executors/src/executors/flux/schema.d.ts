import type { FluxBootstrap } from '../../flux/flux-options.js';

/** Options of the flux executor; what they mean and default to stands in schema.json. */
export interface FluxOptions {
  enabled?: boolean;
  version?: string;
  components?: string[];
  namespace?: string;
  bootstrap?: FluxBootstrap;
  timeout?: number;
  kustomizeApply?: string;
  context?: string;
  allowContexts?: string[];
}
