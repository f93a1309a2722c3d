import type { ApiError } from '../api/api-error.js';
import { NxKubeError } from '../errors.js';
import { groupOf, subject, type Ref } from '../object/kube-object.js';

const conflictReason = 'FieldManagerConflict';

/** Whether another manager owns a field, as opposed to any other conflict. */
export function isFieldConflict({ status, causes }: ApiError): boolean {
  return status === 409 && causes.some(({ reason }) => reason === conflictReason);
}

/** The names of those who own the fields. */
export function conflictingManagers({ causes }: ApiError): string[] {
  const conflicts = causes.filter(({ reason }) => reason === conflictReason);
  return [...new Set(conflicts.map(({ message = '' }) => /^conflict with "([^"]*)"/.exec(message)?.[1] ?? message))];
}

export function conflictError(ref: Ref, error: ApiError): NxKubeError {
  const conflicts = error.causes
    .filter(({ reason }) => reason === conflictReason)
    .map(({ field, message }) => `${field} (${message})`);
  return new NxKubeError('configuration', `${subject(ref)}: others manage what it sets: ${conflicts.join(', ')}.`, {
    next: 'Remove the fields from the manifest, have the other manager give them up, or apply with force.',
    cause: error,
  });
}

/** Only messages that really say so: taking any conflict or invalid value for it has deleted live objects. */
const immutable =
  /\b(?:is|are) immutable\b|\bimmutable (?:after|once|when|field)\b|cannot change roleRef|updates to statefulset spec for fields other than/i;

/**
 * Whether nothing but immutable fields is in the way. An object that is wrong in another way, too, could be deleted but not made again.
 */
export function isImmutable({ status, message, causes }: ApiError): boolean {
  const problems = causes.length > 0 ? causes.map((cause) => cause.message ?? '') : [message];
  return status === 422 && problems.every((problem) => immutable.test(problem));
}

/** Recreating one of these takes other people's objects, or data, with it. */
const neverRecreated = ['CustomResourceDefinition.apiextensions.k8s.io', 'Namespace.', 'PersistentVolumeClaim.'];

export function mayRecreate({ apiVersion, kind }: Ref): boolean {
  return !neverRecreated.includes(`${kind}.${groupOf(apiVersion)}`);
}

export function immutableError(ref: Ref, error: ApiError): NxKubeError {
  const fields = error.causes.map(({ field }) => field).filter(Boolean);
  const which = fields.length > 0 ? `${fields.join(', ')} cannot be changed` : 'a field cannot be changed';
  return new NxKubeError('configuration', `${which} on the existing ${subject(ref)}: ${error.message}`, {
    next: mayRecreate(ref)
      ? 'Undo the change, or allow the object to be deleted and made anew (recreate).'
      : 'Undo the change, or delete the object yourself: what depends on it would be lost.',
    cause: error,
  });
}
