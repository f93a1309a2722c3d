import type { RetryOptions } from '../api/retry.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import type { Conflict } from './failures.js';
import type { FieldPath } from './field-path.js';

/** Result of an apply for one object; with `dryRun`, the result that it would have. */
export interface Change {
  /** `Kind/namespace/name`. */
  subject: string;
  ref: Ref;
  action: 'created' | 'configured' | 'unchanged' | 'recreated' | 'pruned';
  /** Absent for an object that a dry run would create. */
  uid?: string;
  generation?: number;
  /** Paths of the fields whose values changed, such as `spec.replicas`; never values. */
  fields?: string[];
  /** Field managers of kubectl whose fields in the object were taken over. */
  takenOver?: string[];
  /** Fields that were not applied, because other managers own them. */
  left?: readonly Conflict[];
}

export interface ApplyOptions {
  /** Default: `nx-kube`. */
  fieldManager?: string;
  /** Takes over fields that other managers own. Default: false; a conflict is an error that names the other manager. */
  force?: boolean;
  /** Decides whether to take over fields of a live object from these managers, if `force` is false. Default: never. */
  takeOver?: (live: KubeObject, managers: readonly string[]) => Promise<boolean>;
  /**
   * Decides whether a field that another manager owns may stay as it is, if `force` is false. The other fields of the
   * object are applied. Default: never, a conflict is an error.
   */
  mayLeave?: (ref: Ref, conflict: Conflict) => boolean;
  /** Fields that must not stay, although other managers may own them: they were taken out of the manifest. */
  takenOut?: (ref: Ref) => readonly FieldPath[];
  /** Asks the server for the result and writes nothing. Default: false. */
  dryRun?: boolean;
  /**
   * Deletes and recreates an object when an immutable field differs. Never a CustomResourceDefinition, Namespace or
   * PersistentVolumeClaim. Default: false.
   */
  recreate?: boolean;
  /** Objects in flight at once. Default: 8. */
  concurrency?: number;
  /**
   * Time-out (ms) for CRDs to be established, namespaces to be active, and deleted objects to be gone. Default: 60,000.
   */
  stageTimeoutMs?: number;
  /** Retries of each request after transient errors. */
  retry?: Pick<RetryOptions, 'forMs' | 'onRetry'>;
  signal?: AbortSignal;
  /** Called when an object is done. */
  onProgress?: (change: Change) => void;
}
