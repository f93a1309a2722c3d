import type { SecretSpecs } from '../../secrets/spec/spec.js';

/** Options of the secrets executor; what they mean and default to stands in schema.json. */
export interface SecretsOptions {
  enabled?: boolean;
  secrets?: SecretSpecs;
  namespace?: string;
  createNamespaces?: boolean;
  force?: boolean;
  dryRun?: boolean;
  kustomizeApply?: string;
  context?: string;
  allowContexts?: string[];
}
