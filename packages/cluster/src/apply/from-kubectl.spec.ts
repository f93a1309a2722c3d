import { describe, expect, it } from 'vitest';
import type { ManagedFieldsEntry } from '../object/kube-object.js';
import { fieldsFromKubectl } from './from-kubectl.js';

const entry = (manager: string, operation: 'Apply' | 'Update', fieldsV1: Record<string, unknown>, rest = {}) => ({
  ...{ manager, operation, apiVersion: 'v1', fieldsV1 },
  ...rest,
});
const after = (...managedFields: ManagedFieldsEntry[]) =>
  fieldsFromKubectl({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', managedFields } }, 'nx-kube');

describe('fieldsFromKubectl', () => {
  it('fields of a client-side apply become ours', () =>
    expect(after(entry('kubectl-client-side-apply', 'Update', { 'f:data': { 'f:a': {} } }))).toEqual({
      managedFields: [entry('nx-kube', 'Apply', { 'f:data': { 'f:a': {} } })],
      managers: ['kubectl-client-side-apply'],
    }));

  it('fields of several of kubectl’s managers join those that are ours already', () =>
    expect(
      after(
        entry('kubectl', 'Apply', { 'f:data': { '.': {}, 'f:a': {} } }),
        entry('nx-kube', 'Apply', { 'f:data': { 'f:b': {} } }),
        entry('before-first-apply', 'Update', { 'f:data': { 'f:c': {} } }),
      ),
    ).toEqual({
      managedFields: [entry('nx-kube', 'Apply', { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {}, 'f:c': {} } })],
      managers: ['kubectl', 'before-first-apply'],
    }));

  it('fields in another version of the kind are given up, not guessed', () =>
    expect(
      after(
        entry('nx-kube', 'Apply', { 'f:a': {} }),
        entry('kubectl-client-side-apply', 'Update', { 'f:b': {} }, { apiVersion: 'v1beta1' }),
      )?.managedFields,
    ).toEqual([entry('nx-kube', 'Apply', { 'f:a': {} })]));

  it.each([
    ['a controller', entry('kube-controller-manager', 'Update', { 'f:a': {} })],
    ['kubectl scale', entry('kubectl', 'Update', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' })],
    ['kubectl create', entry('kubectl-create', 'Update', { 'f:a': {} })],
    ['kubectl edit', entry('kubectl-edit', 'Update', { 'f:a': {} })],
    ['kubectl patch', entry('kubectl-patch', 'Update', { 'f:a': {} })],
    ['another applier', entry('argocd-controller', 'Apply', { 'f:a': {} })],
  ])('fields of %s stay where they are', (_, other) => expect(after(other)).toBeUndefined());
});
