import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.js';
import { immutableError, isFieldConflict, isImmutable, mayRecreate } from './failures.js';

function error(status: number, message: string): ApiError {
  return new ApiError('configuration', message, { status, reason: '' });
}

describe('isImmutable', () => {
  it.each([
    [422, 'Deployment.apps "x" is invalid: spec.selector: Invalid value: ...: field is immutable', true],
    [
      422,
      'RoleBinding.rbac.authorization.k8s.io "x" is invalid: roleRef: Invalid value: ...: cannot change roleRef',
      true,
    ],
    [
      422,
      'StatefulSet.apps "x" is invalid: spec: Forbidden: updates to statefulset spec for fields other than ...',
      true,
    ],
    [422, 'Secret/n/x: the server refuses the Secret (Invalid) at type; a field is immutable; ...', true],
    [422, 'PersistentVolumeClaim "x" is invalid: spec: Forbidden: spec is immutable after creation except ...', true],
    [
      422,
      'Service "x" is invalid: spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated',
      false,
    ],
    [422, 'Pod "x" is invalid: metadata.annotations[immutable]: Invalid value', false],
    [409, 'Operation cannot be fulfilled: field is immutable', false],
    [403, 'admission webhook says: images are immutable', false],
    [500, 'field is immutable', false],
  ])('the answer %i "%s" means an immutable field: %s', (status, message, immutable) => {
    expect(isImmutable(error(status, message))).toBe(immutable);
  });
});

describe('apply failures', () => {
  it.each([
    ['all', ['Invalid value: {"a":"b"}: field is immutable', 'Forbidden: spec is immutable after creation'], true],
    [
      'only some',
      [
        'Invalid value: {"a":"b"}: field is immutable',
        'Invalid value: {}: `selector` does not match template `labels`',
      ],
      false,
    ],
    ['an unknown part', ['field is immutable', undefined], false],
  ])(
    'when %s of the causes name immutable fields, the answer means an immutable field: %s',
    (_what, messages, expected) => {
      const causes = messages.map((message) => ({ field: 'spec', message }));
      const all = new ApiError('configuration', messages.join(', '), { status: 422, reason: 'Invalid', causes });
      expect(isImmutable(all)).toBe(expected);
    },
  );

  it.each([
    ['v1', 'Namespace', false],
    ['v1', 'PersistentVolumeClaim', false],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', false],
    ['apps/v1', 'Deployment', true],
    ['example.com/v1', 'Namespace', true],
  ])('a %s %s may be recreated: %s', (apiVersion, kind, allowed) => {
    const ref = { apiVersion, kind, name: 'x' };
    expect(mayRecreate(ref)).toBe(allowed);
    expect(immutableError(ref, error(422, 'x')).next?.includes('recreate')).toBe(allowed);
  });

  it('only a conflict between managers is a field conflict', () => {
    const conflict = (reason: string) =>
      new ApiError('configuration', '', { status: 409, reason: 'Conflict', causes: [{ reason }] });
    expect(isFieldConflict(conflict('FieldManagerConflict'))).toBe(true);
    expect(isFieldConflict(conflict('Other'))).toBe(false);
    expect(isFieldConflict(error(409, 'the object has been modified'))).toBe(false);
  });
});
