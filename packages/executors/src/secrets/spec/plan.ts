import type { Template } from '../../settings/references.js';

/** A path as written, and parsed into references. Messages show the written path: an expanded one may hold values. */
export interface PathSource {
  written: string;
  template: Template;
}

/** Source of one value. */
export type ValueSource =
  | { from: 'template'; template: Template }
  | { from: 'variable'; name: string }
  | { from: 'file'; path: PathSource }
  | { from: 'plain'; text: string };

/**
 * Sources of a Secret's data, by the kind of its spec. `field` is the place of a part in the spec, for messages. A part
 * that is undefined or missing from a list was reported as a mistake.
 */
export type ContentPlan =
  | { kind: 'docker-registry'; server?: Template; username?: ValueSource; password?: ValueSource; email?: ValueSource }
  | { kind: 'generic'; literals: { field: string; key: string; value: ValueSource }[] }
  | { kind: 'from-file'; files: { field: string; key?: string; path: PathSource }[] }
  | { kind: 'from-env-file'; files: { field: string; path: PathSource }[] }
  | { kind: 'tls'; cert?: PathSource; key?: PathSource };

export type SecretKind = ContentPlan['kind'];

/** One Secret to make: a checked spec, before any file or variable is read. */
export interface SecretPlan {
  name: string;
  /** Undefined stands for the context's namespace. */
  namespace?: string;
  type: string;
  immutable: boolean;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  content: ContentPlan;
}
