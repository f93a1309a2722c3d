import type { ApiError } from '../api/api-error.js';
import { NxKubeError } from '../errors.js';
import { groupOf, subject, type Ref } from '../object/kube-object.js';

const conflictReason = 'FieldManagerConflict';

/** Whether another manager owns a field, as opposed to any other conflict. */
export function isFieldConflict({ status, causes }: ApiError): boolean {
  return status === 409 && causes.some(({ reason }) => reason === conflictReason);
}

/** A field that another manager owns and the manifest sets to another value. */
export interface Conflict {
  /** As the server writes it: `.spec.replicas`. */
  field: string;
  manager: string;
}

/** The fields in conflict, with their managers. */
export function conflictsOf({ causes }: ApiError): Conflict[] {
  return causes
    .filter(({ reason }) => reason === conflictReason)
    .map(({ field = '', message = '' }) => ({
      field,
      manager: /^conflict with "([^"]*)"/.exec(message)?.[1] ?? message,
    }));
}

export function conflictError(ref: Ref, error: ApiError): NxKubeError {
  const conflicts = error.causes
    .filter(({ reason }) => reason === conflictReason)
    .map(({ field, message }) => `${field} (${message})`);
  return new NxKubeError(
    'configuration',
    `${subject(ref)}: other field managers own what it sets: ${conflicts.join(', ')}.`,
    {
      next: 'Remove the fields from the manifest, have the other manager give them up, or apply with force.',
      cause: error,
    },
  );
}

/** The error for fields that were taken out, and that would stay because other managers own them. */
export function stayError(ref: Ref, fields: readonly Conflict[]): NxKubeError {
  const named = fields.map(({ field, manager }) => `${field} (${manager})`);
  return new NxKubeError(
    'configuration',
    `${subject(ref)}: fields must go, but other field managers own them: ${named.join(', ')}.`,
    { next: 'Have the other manager give them up, or apply with force.' },
  );
}

/** Matches only messages that state immutability. A wider match would delete live objects. */
const immutable =
  /\b(?:is|are) immutable\b|\bimmutable (?:after|once|when|field)\b|cannot change roleRef|updates to statefulset spec for fields other than/i;

/**
 * Whether immutable fields are the only problem. An object with another mistake could be deleted but not created again.
 */
export function isImmutable({ status, message, causes }: ApiError): boolean {
  const problems = causes.length > 0 ? causes.map((cause) => cause.message ?? '') : [message];
  return status === 422 && problems.every((problem) => immutable.test(problem));
}

/** Recreating one of these kinds deletes other objects, or data, with it. */
const neverRecreated = ['CustomResourceDefinition.apiextensions.k8s.io', 'Namespace.', 'PersistentVolumeClaim.'];

export function mayRecreate({ apiVersion, kind }: Ref): boolean {
  return !neverRecreated.includes(`${kind}.${groupOf(apiVersion)}`);
}

export function immutableError(ref: Ref, error: ApiError): NxKubeError {
  const fields = error.causes.map(({ field }) => field).filter(Boolean);
  const which = fields.length > 0 ? `${fields.join(', ')} cannot be changed` : 'a field cannot be changed';
  return new NxKubeError('configuration', `${which} on the existing ${subject(ref)}: ${error.message}`, {
    next: mayRecreate(ref)
      ? 'Undo the change, or allow it to be deleted and created again (recreate).'
      : 'Undo the change, or delete the object yourself, which also deletes all that depends on it.',
    cause: error,
  });
}
