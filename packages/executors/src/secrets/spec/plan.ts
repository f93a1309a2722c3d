import type { Template } from '../../settings/references.js';

/** A path as it is written, with the references in it taken apart. Messages name the former: the latter may hold values. */
export interface PathSource {
  written: string;
  template: Template;
}

/** Where one value comes from. */
export type ValueSource =
  | { from: 'template'; template: Template }
  | { from: 'variable'; name: string }
  | { from: 'file'; path: PathSource }
  | { from: 'plain'; text: string };

/**
 * Where the data of a Secret comes from, by the kind of its spec. `field` says where in the spec each part stands. What is
 * undefined or left out of a list has been reported.
 */
export type ContentPlan =
  | { kind: 'docker-registry'; server?: Template; username?: ValueSource; password?: ValueSource; email?: ValueSource }
  | { kind: 'generic'; literals: { field: string; key: string; value: ValueSource }[] }
  | { kind: 'from-file'; files: { field: string; key?: string; path: PathSource }[] }
  | { kind: 'from-env-file'; files: { field: string; path: PathSource }[] }
  | { kind: 'tls'; cert?: PathSource; key?: PathSource };

export type SecretKind = ContentPlan['kind'];

/** One Secret to be made: a checked spec, before anything outside of it is looked at. */
export interface SecretPlan {
  name: string;
  /** Undefined: the context's. */
  namespace?: string;
  type: string;
  immutable: boolean;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  content: ContentPlan;
}
